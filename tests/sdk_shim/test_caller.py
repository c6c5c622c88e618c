"""The user's frame."""

from __future__ import annotations

from spanglass import caller
from spanglass.caller import find_caller


def here():
    return find_caller()


def test_the_first_frame_outside_the_package_is_found():
    found = here()
    assert (found.function, found.filename) == ("here", __file__)
    assert found.span_name == f"here:test_caller.py:{found.line}"


def test_each_line_is_a_place_of_its_own():
    first = find_caller()
    second = find_caller()
    assert second.line == first.line + 1


def test_places_are_bounded(monkeypatch):
    monkeypatch.setattr(caller, "_MAX_PLACES", 10)
    for number in range(100):
        exec(compile(f"find()\n# {number}", f"file{number}.py", "exec"), {"find": find_caller})  # noqa: S102 - new code objects
    assert len(caller._places) <= 10


def test_a_file_name_with_odd_bytes_makes_whole_json():
    namespace = {"find": find_caller}
    exec(compile("found = find()", '\udcff"\n.py', "exec"), namespace)  # noqa: S102 - a code object of this name
    assert '"\\\\udcff\\"\\n.py"' in namespace["found"].context_json
