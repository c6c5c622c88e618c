from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from spanglass_viewer.app.preferences import Preferences, scale_environment
from spanglass_viewer.app.session import Session, find_session, save_session
from spanglass_viewer.theme.appearance import ThemeMode


def open_settings(path: Path) -> QSettings:
    return QSettings(str(path), QSettings.Format.IniFormat)


def read(tmp_path: Path, text: str) -> Preferences:
    path = tmp_path / "window.ini"
    path.write_text(text)
    return Preferences(open_settings(path))


def read_again(tmp_path: Path) -> Preferences:
    return Preferences(open_settings(tmp_path / "window.ini"))


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    preferences = read(tmp_path, "")
    assert preferences.theme is ThemeMode.SYSTEM
    assert preferences.scale_percent == 100
    assert preferences.text_percent == 100
    assert preferences.follows_newest
    assert preferences.find_keys("next_error") is None


def test_what_is_written_by_hand_is_read(tmp_path: Path) -> None:
    text = (
        "[General]\ntheme=light\nscale=150\ntext_size=900\nfollow_newest=false\n[keys]\nnext_error=F9 Ctrl+,\nquit=\n"
    )
    preferences = read(tmp_path, text)
    assert preferences.theme is ThemeMode.LIGHT
    assert preferences.scale_percent == 150
    assert preferences.text_percent == 200
    assert not preferences.follows_newest
    assert preferences.find_keys("next_error") == ("F9", "Ctrl+,")
    assert preferences.find_keys("quit") == ()


@pytest.mark.parametrize(("text", "percent"), [("big", 100), ("-3", 100), ("900", 200), ("20", 100), ("1,5", 100)])
def test_a_size_that_cannot_be_is_brought_back(tmp_path: Path, text: str, percent: int) -> None:
    assert read(tmp_path, f"[General]\nscale={text}\ntheme=pink\n").scale_percent == percent


def test_keys_that_are_none_leave_the_defaults(tmp_path: Path) -> None:
    assert read(tmp_path, "[keys]\nnext_error=Hyper+Nonsense\n").find_keys("next_error") is None


def test_what_is_set_is_there_at_the_next_start(tmp_path: Path) -> None:
    settings = open_settings(tmp_path / "window.ini")
    preferences = Preferences(settings)
    preferences.set_theme(ThemeMode.DARK)
    preferences.set_scale_percent(200)
    preferences.set_follows_newest(follows=False)
    preferences.set_keys("next_error", ("F9", "Ctrl+,"))
    preferences.set_keys("quit", ("Ctrl+W",))
    preferences.set_keys("quit", None)
    settings.sync()
    again = Preferences(open_settings(tmp_path / "window.ini"))
    assert (again.theme, again.scale_percent, again.follows_newest) == (ThemeMode.DARK, 200, False)
    assert again.find_keys("next_error") == ("F9", "Ctrl+,")
    assert again.find_keys("quit") is None
    assert Path(again.path).name == "window.ini"


def test_the_size_is_handed_to_qt_unless_the_user_has_set_it_there() -> None:
    assert scale_environment(100, {}) == {}
    assert scale_environment(125, {}) == {"QT_SCALE_FACTOR": "1.25"}
    assert scale_environment(125, {"QT_SCALE_FACTOR": "2"}) == {}


def test_each_store_has_its_own_session(tmp_path: Path) -> None:
    settings = open_settings(tmp_path / "window.ini")
    save_session(settings, "one", Session("trace", "span", "newest"))
    assert find_session(settings, "one") == Session("trace", "span", "newest")
    assert find_session(settings, "two") is None
    settings.setValue("session/two", '{"unknown": 1}')
    assert find_session(settings, "two") is None


def test_settings_that_cannot_be_written_say_so(tmp_path: Path) -> None:
    preferences = read(tmp_path, "")
    preferences.set_editor("code")
    assert preferences.save()
    assert read_again(tmp_path).editor == "code"
    (tmp_path / "no-folder").write_text("")
    elsewhere = Preferences(open_settings(tmp_path / "no-folder" / "window.ini"))
    elsewhere.set_editor("code")
    assert not elsewhere.save()


def test_motion_and_editor_are_kept(tmp_path: Path) -> None:
    preferences = read(tmp_path, "[General]\nreduced_motion=yes\neditor=gvim +{line} {path}\n")
    assert preferences.reduces_motion
    assert preferences.editor == "gvim +{line} {path}"
    preferences.set_reduces_motion(False)
    preferences.set_editor("")
    assert not preferences.reduces_motion
    assert preferences.editor == ""


def test_the_strip_and_the_hosts_of_images_are_kept(tmp_path: Path) -> None:
    preferences = read(tmp_path, "[General]\nremote_hosts=A.example b.example\n")
    assert preferences.remote_hosts == ("a.example", "b.example")
    assert preferences.shows_filmstrip
    preferences.set_remote_hosts(("c.example",))
    preferences.set_shows_filmstrip(False)
    assert preferences.remote_hosts == ("c.example",)
    assert not preferences.shows_filmstrip


def test_what_is_not_understood_is_said(tmp_path: Path) -> None:
    text = (
        "[General]\ntheme=dark\nscale=150\ntext_size=80\nfollow_newest=No\nfilmstrip=\nreduced_motion=1\n"
        "editor=vi, vim\n[keys]\nnext_error=F9 Ctrl+,\nquit=\n"
    )
    actions = {"next_error", "quit"}
    assert read(tmp_path, text).say_faults(actions) is None
    assert read(tmp_path, "").say_faults(actions) is None
    path = tmp_path / "window.ini"
    for wrong in ("theme=purple", "scale=abc", "scale=90", "text_size=9000", "text_size=1,5", "filmstrip=maybe"):
        assert read(tmp_path, f"[General]\n{wrong}\n").say_faults(actions) == (
            f"Not understood in the settings, or out of range: {wrong}. There the usual holds, or the nearest. {path}"
        )
    for wrong in ("next_error=Hyper+Nonsense", "nxt_error=F8"):
        assert f": {wrong}. " in str(read(tmp_path, f"[keys]\n{wrong}\n").say_faults(actions))
    many = read(tmp_path, "[General]\ntheme=a\nscale=b\ntext_size=c\nfilmstrip=d\nreduced_motion=e\n")
    assert ": theme=a, scale=b, text_size=c and 2 more. " in str(many.say_faults(actions))
    assert "lines that are no settings" in str(read(tmp_path, "dark\n[\n").say_faults(actions))
