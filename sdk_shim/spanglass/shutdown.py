"""The end of a process, and the beginning of a forked one."""

from __future__ import annotations

import atexit
import os
import sys
import time

from spanglass import failures
from spanglass.recorder import Recorder, leave_recorders_to_parent, list_recorders
from spanglass.settings import current_settings

MAX_EXIT_SECS = 2.0

_is_forked = False


def register_hooks() -> None:
    """See to it that the process ends, and forks, in good order. To be called once."""
    atexit.register(finish)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_begin_forked_child)


def finish() -> None:
    """Store what attachments are pending, leave the segments, merge; at most `MAX_EXIT_SECS`, and never raise."""
    deadline = time.monotonic() + MAX_EXIT_SECS
    for recorder in list_recorders():
        try:
            _finish_recorder(recorder, deadline)
        except Exception as error:  # noqa: BLE001 - a program's exit is no place for our bugs
            failures.take_internal_fault(error)
    if failures.rows_left_out:
        failures.say(f"{failures.rows_left_out} rows were left out: the program had run out of stack or memory.")


def _finish_recorder(recorder: Recorder, deadline: float) -> None:
    unstored = recorder.uploads.finish(deadline - time.monotonic())
    lost_lines = recorder.sink.seal(max(0.0, deadline - time.monotonic()))
    if unstored:
        failures.say(f"{unstored} attachments were not stored: the program ended first.")
    if lost_lines:
        failures.say(f"{lost_lines} rows could not be written and are lost. {recorder.store.path}")
    if recorder.sink.has_written and _may_merge():
        _merge(recorder, deadline)


def _merge(recorder: Recorder, deadline: float) -> None:
    # The one bridge to the heavy half: DuckDB loads here, when the program's own work is over.
    from spanglass_store.database.exit_merge import merge_at_exit  # noqa: PLC0415 - see above

    merge_at_exit(recorder.store.path, max(0.0, deadline - time.monotonic()))


def _may_merge() -> bool:
    """Tell whether this process is the program itself: of many workers, none should merge at its end."""
    return current_settings().merges_at_exit and not _is_forked and not _is_multiprocessing_child()


def _is_multiprocessing_child() -> bool:
    process = sys.modules.get("multiprocessing.process")
    return process is not None and process.parent_process() is not None


def _begin_forked_child() -> None:
    global _is_forked  # noqa: PLW0603 - a fact of the process
    _is_forked = True
    failures.forget_what_was_said()
    leave_recorders_to_parent()
