"""What the user has set, in one file that may be edited by hand: `window.ini`.

    theme=system            system, light or dark
    scale=100               size of everything in percent, 100 to 200; takes effect with the next start
    text_size=100           size of text alone in percent, 80 to 200; at once
    follow_newest=true      open the newest trace by itself until a trace is chosen
    filmstrip=true          show a trace's attachments below it
    remote_hosts=a.example b.example    hosts whose images are fetched without asking; none by default
    reduced_motion=false    true: no blinking, no moving menus, running durations tick once a second
    editor=                 what opens source lines: code, cursor, pycharm, …, or a command with {path} and {line}
    [try_prompt]
    base_url=               where prompts that are tried go to, such as https://api.openai.com/v1; nothing: nowhere
    key_variable=           the environment variable that has the key; the key itself is kept nowhere
    [keys]
    next_error=F8 E         the keys of an action, separated by spaces; nothing takes them all away

Whatever is missing or cannot be read is as if it were not there: the default holds, and the window says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from spanglass_viewer.format.text import one_line
from spanglass_viewer.theme.appearance import ThemeMode
from spanglass_viewer.theme.text_size import NORMAL_PERCENT, TEXT_PERCENTS, within_range
from spanglass_viewer.values.chat.prompt_draft import Endpoint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from PySide6.QtCore import QKeyCombination, QSettings

SCALES_PERCENT = (100, 125, 150, 175, 200)
_YES, _NO = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})
_MOST_FAULTS, _MOST_FAULT_CHARS = 3, 60


class Preferences:
    """Reads and writes the settings by what they mean."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    @property
    def path(self) -> str:
        """The file."""
        return self._settings.fileName()

    @property
    def theme(self) -> ThemeMode:
        """The theme that was chosen."""
        try:
            return ThemeMode(self._text("theme"))
        except ValueError:
            return ThemeMode.SYSTEM

    def set_theme(self, mode: ThemeMode) -> None:
        """Keep a theme."""
        self._settings.setValue("theme", mode.value)

    @property
    def scale_percent(self) -> int:
        """How large everything is drawn, 100 to 200."""
        text = self._text("scale")
        percent = int(text) if text.isascii() and text.isdigit() else SCALES_PERCENT[0]
        return min(max(percent, SCALES_PERCENT[0]), SCALES_PERCENT[-1])

    def set_scale_percent(self, percent: int) -> None:
        """Keep a size for the next start."""
        self._settings.setValue("scale", str(percent))

    @property
    def text_percent(self) -> int:
        """How large text is, 80 to 200; rows grow and shrink with it."""
        text = self._text("text_size")
        return within_range(int(text)) if text.isascii() and text.isdigit() else NORMAL_PERCENT

    def set_text_percent(self, percent: int) -> None:
        """Keep a size of text."""
        self._settings.setValue("text_size", str(percent))

    @property
    def follows_newest(self) -> bool:
        """Whether the newest trace opens by itself."""
        return self._text("follow_newest").lower() not in _NO

    def set_follows_newest(self, follows: bool) -> None:
        """Keep whether the newest trace opens by itself."""
        self._settings.setValue("follow_newest", "true" if follows else "false")

    @property
    def shows_filmstrip(self) -> bool:
        """Whether a trace's attachments are shown below it."""
        return self._text("filmstrip").lower() not in _NO

    def set_shows_filmstrip(self, shows: bool) -> None:
        """Keep whether a trace's attachments are shown below it."""
        self._settings.setValue("filmstrip", "true" if shows else "false")

    @property
    def remote_hosts(self) -> tuple[str, ...]:
        """The hosts whose images are fetched without asking."""
        return tuple(self._text("remote_hosts").lower().split())

    def set_remote_hosts(self, hosts: tuple[str, ...]) -> None:
        """Keep the hosts whose images are fetched without asking."""
        self._settings.setValue("remote_hosts", " ".join(hosts))

    @property
    def endpoint(self) -> Endpoint:
        """Where prompts that are tried go to, and what has the key."""
        return Endpoint(self._text("try_prompt/base_url").strip(), self._text("try_prompt/key_variable").strip())

    def set_endpoint(self, endpoint: Endpoint) -> None:
        """Keep where prompts go to."""
        self._settings.setValue("try_prompt/base_url", endpoint.base_url)
        self._settings.setValue("try_prompt/key_variable", endpoint.key_variable)

    @property
    def reduces_motion(self) -> bool:
        """Whether nothing is to move that need not."""
        return self._text("reduced_motion").lower() in _YES

    def set_reduces_motion(self, reduces: bool) -> None:
        """Keep whether nothing is to move that need not."""
        self._settings.setValue("reduced_motion", "true" if reduces else "false")

    @property
    def editor(self) -> str:
        """The command that opens source lines, "" where one is looked for."""
        return self._text("editor").strip()

    def set_editor(self, command: str) -> None:
        """Keep the command that opens source lines."""
        self._settings.setValue("editor", command)

    def save(self) -> bool:
        """Write what was chosen into the file, and tell whether that could be done."""
        self._settings.sync()
        return self._settings.status() == self._settings.Status.NoError

    def find_keys(self, action: str) -> tuple[str, ...] | None:
        """Return the keys that the user gave to an action, None where the defaults hold."""
        name = f"keys/{action}"
        if not self._settings.contains(name):
            return None
        keys = tuple(self._text(name).split())
        return keys if all(map(_is_key, keys)) else None

    def set_keys(self, action: str, keys: tuple[str, ...] | None) -> None:
        """Give keys to an action; None goes back to the defaults."""
        if keys is None:
            self._settings.remove(f"keys/{action}")
        else:
            self._settings.setValue(f"keys/{action}", " ".join(keys))

    def say_faults(self, actions: Collection[str]) -> str | None:
        """Return a sentence on what in the file is not understood, None where all is; `actions` can have keys."""
        faults = [one_line(fault, _MOST_FAULT_CHARS) for fault in self._iter_faults(actions)]
        if not faults:
            return None
        more = len(faults) - _MOST_FAULTS
        named = ", ".join(faults[:_MOST_FAULTS]) + (f" and {more} more" if more > 0 else "")
        holds = "There the usual holds, or the nearest"
        return f"Not understood in the settings, or out of range: {named}. {holds}. {self.path}"

    def _iter_faults(self, actions: Collection[str]) -> Iterator[str]:
        if self._settings.status() is self._settings.Status.FormatError:
            yield "lines that are no settings"
        switches = {name: self._text(name) for name in ("follow_newest", "filmstrip", "reduced_motion")}
        theme, scale, text_size = (self._text(name) for name in ("theme", "scale", "text_size"))
        if theme and theme not in {mode.value for mode in ThemeMode}:
            yield f"theme={theme}"
        if scale and not _is_percent(scale, SCALES_PERCENT):
            yield f"scale={scale}"
        if text_size and not _is_percent(text_size, TEXT_PERCENTS):
            yield f"text_size={text_size}"
        yield from (f"{name}={text}" for name, text in switches.items() if text and text.lower() not in _YES | _NO)
        keyed = [key.removeprefix("keys/") for key in self._settings.allKeys() if key.startswith("keys/")]
        for name in keyed:
            if name not in actions or self.find_keys(name) is None:
                yield f"{name}={self._text(f'keys/{name}')}"

    def _text(self, name: str) -> str:
        value = self._settings.value(name)
        if isinstance(value, list):  # Qt reads what has a comma as a list
            return ",".join(str(part) for part in value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - texts, by Qt's own rule
        return value if isinstance(value, str) else ""


def _is_percent(text: str, percents: Sequence[int]) -> bool:
    return text.isascii() and text.isdigit() and percents[0] <= int(text) <= percents[-1]


def _is_key(text: str) -> bool:
    sequence = QKeySequence(text)
    first = cast("QKeyCombination", sequence[0])  # pyright: ignore[reportIndexIssue] - the stubs leave it out
    return sequence.count() > 0 and first.key() is not Qt.Key.Key_unknown


def scale_environment(settings_scale_percent: int, environment: dict[str, str]) -> dict[str, str]:
    """Return what Qt must find in its environment to draw in this size; what the user has set there wins."""
    if settings_scale_percent == SCALES_PERCENT[0] or "QT_SCALE_FACTOR" in environment:
        return {}
    return {"QT_SCALE_FACTOR": f"{settings_scale_percent / 100:g}"}
