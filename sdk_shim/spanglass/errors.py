"""An exception as the text of a span's `error`."""

from __future__ import annotations

import traceback

from spanglass.caller import is_own_file

MAX_ERROR_CHARS = 200_000

# The frames nearest to where it was raised. An exception that passes 5,000 traced calls is formatted in each.
MAX_FRAMES = 200


def format_error(error: BaseException) -> str:
    """Return the traceback as Python prints it, its causes and group members included, without our own frames.

    Never raises: an exception may have a hostile `__str__`.
    """
    try:
        report = traceback.TracebackException.from_exception(error, limit=-MAX_FRAMES)
        _leave_out_own_frames(report)
        text = "".join(report.format())
    except Exception as fault:  # noqa: BLE001 - whatever a user's exception does, the span gets an error
        text = f"{type(error).__name__}: <the traceback could not be formatted: {type(fault).__name__}>"
    if len(text) <= MAX_ERROR_CHARS:
        return text
    half = MAX_ERROR_CHARS // 2
    return f"{text[:half]}\n… {len(text) - 2 * half} characters left out …\n{text[-half:]}"


def _leave_out_own_frames(report: object) -> None:
    pending: list[object] = [report]
    seen: set[int] = set()
    while pending:
        part = pending.pop()
        if not isinstance(part, traceback.TracebackException) or id(part) in seen:
            continue
        seen.add(id(part))
        part.stack = traceback.StackSummary.from_list(
            [frame for frame in part.stack if not is_own_file(frame.filename)]
        )
        pending += [part.__cause__, part.__context__, *(getattr(part, "exceptions", None) or ())]
