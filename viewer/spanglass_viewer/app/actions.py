"""Every action of the window, its words and its keys, in one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """What an action is called and which keys call it; the first key is the one that menus show."""

    name: str
    text: str
    keys: tuple[str, ...] = ()


ACTIONS = (
    ActionSpec("show_palette", "Find a command…", ("Ctrl+K", "Ctrl+Shift+P")),
    ActionSpec("go_back", "Back", ("Alt+Left",)),
    ActionSpec("go_forward", "Forward", ("Alt+Right",)),
    ActionSpec("toggle_live", "Pause, or go on live", ("L",)),
    ActionSpec("follow_newest", "Open the newest trace, and each that comes", ("N",)),
    ActionSpec("next_error", "Next error", ("F8", "E")),
    ActionSpec("previous_error", "Previous error", ("Shift+F8", "Shift+E")),
    ActionSpec("next_trace", "Next trace", ("J",)),
    ActionSpec("previous_trace", "Previous trace", ("K",)),
    ActionSpec("expand_all", "Expand all spans", ("]",)),
    ActionSpec("collapse_all", "Collapse all spans", ("[",)),
    ActionSpec("toggle_flame", "Tree or flame view", ("F",)),
    ActionSpec("toggle_filmstrip", "Show or hide the attachments below the trace", ("M",)),
    ActionSpec("reset_zoom", "Show the whole time", ("0",)),
    ActionSpec("compare_previous", "Compare with previous run", ("D",)),
    ActionSpec("compare_opened", "Compare with the trace opened before", ("Shift+D",)),
    ActionSpec("find", "Find in the trace…", ("Ctrl+F",)),
    ActionSpec("find_in_span", "Find in the span…", ("Ctrl+Alt+F",)),
    ActionSpec("next_hit", "Next hit", ("F3",)),
    ActionSpec("previous_hit", "Previous hit", ("Shift+F3",)),
    ActionSpec("toggle_only_hits", "Show only hits, or every span", ("H",)),
    ActionSpec("focus_subtree", "Show only the span and what is below it, or everything", (".",)),
    ActionSpec("hide_types", "Hide span types…", ("T",)),
    ActionSpec("show_all_spans", "Show all spans again", ("Shift+T",)),
    ActionSpec("filter_traces", "Filter traces", ("/",)),
    ActionSpec("clear_filter", "Clear the filter", ("Ctrl+Shift+F",)),
    ActionSpec("toggle_raw", "Raw or readable values", ("R",)),
    ActionSpec("annotate", "Annotate the span…", ("A",)),
    ActionSpec("open_in_editor", "Open the failed line in the editor", ("O",)),
    ActionSpec("pick_container", "Pick a project or an experiment…", ("P",)),
    ActionSpec("sort_traces", "Sort the traces…", ("S",)),
    ActionSpec("show_experiment", "Summary of the experiment", ("X",)),
    ActionSpec("try_prompt", "Try the prompt…", ("Y",)),
    ActionSpec("copy_link", "Copy link to the span", ("Ctrl+L",)),
    ActionSpec("copy_span_id", "Copy span id"),
    ActionSpec("copy_trace_id", "Copy trace id"),
    ActionSpec("copy_json", "Copy span as JSON", ("Ctrl+Shift+J",)),
    ActionSpec("copy_markdown", "Copy span as Markdown", ("Ctrl+Shift+M",)),
    ActionSpec("copy_snippet", "Copy Python snippet that reads the span"),
    ActionSpec("copy_error", "Copy error"),
    ActionSpec("copy_error_markdown", "Copy error as Markdown"),
    ActionSpec("export_trace", "Export the trace…", ("Ctrl+E",)),
    ActionSpec("turn_theme", "Change the theme", ("Ctrl+T",)),
    ActionSpec("enlarge_text", "Larger text", ("Ctrl++", "Ctrl+=")),
    ActionSpec("shrink_text", "Smaller text", ("Ctrl+-",)),
    ActionSpec("reset_text", "Normal size of text", ("Ctrl+0",)),
    ActionSpec("show_keys", "Keyboard shortcuts", ("?", "F1")),
    ActionSpec("show_settings", "Settings…", ("Ctrl+,",)),
    ActionSpec("quit", "Quit", ("Ctrl+Q",)),
)


def make_actions(
    window: QWidget, slots: Mapping[str, Callable[[], object]], find_keys: Callable[[str], tuple[str, ...] | None]
) -> dict[str, QAction]:
    """Make an action for each line of the table and hang it on the window.

    `find_keys` gives the user's own keys of an action, None where those of the table hold.

    Raises KeyError where the table names an action that has no slot: a key that does nothing is a defect.
    """
    made: dict[str, QAction] = {}
    for spec in ACTIONS:
        action = QAction(spec.text, window)
        action.setObjectName(spec.name)
        set_keys(action, find_keys(spec.name))
        action.triggered.connect(slots[spec.name])
        window.addAction(action)
        made[spec.name] = action
    own = {name for name in made if find_keys(name) is not None}
    if own:
        _share_keys_out(made, own)
    return made


def _share_keys_out(actions: Mapping[str, QAction], own: set[str]) -> None:
    """Leave each key to one action: of two that have the same, Qt would call neither. Those chosen in `own` come first.

    The dialog offers no such keys, but the settings can be edited by hand.
    """
    taken: set[str] = set()
    for name in sorted(actions, key=lambda name: name not in own):
        free = [key for key in actions[name].shortcuts() if key.toString() not in taken]
        if len(free) < len(actions[name].shortcuts()):
            actions[name].setShortcuts(free)
        taken.update(key.toString() for key in free)


def set_keys(action: QAction, keys: tuple[str, ...] | None) -> None:
    """Give an action these keys; None gives it those of the table."""
    defaults = next(spec.keys for spec in ACTIONS if spec.name == action.objectName())
    action.setShortcuts([QKeySequence(key) for key in (defaults if keys is None else keys)])
