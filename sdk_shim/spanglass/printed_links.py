"""Links to traces on stderr: one line for each trace that failed, where somebody watches the program."""

from __future__ import annotations

import enum
import sys
from typing import TYPE_CHECKING

from spanglass.failures import take_internal_fault
from spanglass_store.links.addresses import SpanAddress, format_address
from spanglass_store.links.hyperlinks import hyperlink, is_watched, shows_hyperlinks

if TYPE_CHECKING:
    from spanglass.span import Span
    from spanglass_store.location import StoreInfo

_MAX_NAME_CHARS = 80
_MAX_REMEMBERED = 1000


class PrintLinks(enum.Enum):
    """For which traces a link is printed."""

    ERRORS = "errors"
    ALL = "all"
    OFF = "off"


# What holds in this process; `begin` sets it before there is any span. A root span looks at `prints_all` alone.
prints_all = False
_prints_errors = False
_printed: set[str] = set()


def begin(wanted: PrintLinks | None) -> None:
    """Print links as the settings say; None means those of failed traces, where stderr is a terminal."""
    global prints_all, _prints_errors  # noqa: PLW0603 - a setting of the process
    prints_all = wanted is PrintLinks.ALL
    _prints_errors = prints_all or wanted is PrintLinks.ERRORS or (wanted is None and is_watched(sys.stderr))


def print_started(root: Span) -> None:
    """Print the link of a trace that begins, so that it can be watched; for `prints_all` alone."""
    _print_once(root, "")


def print_failed(span: Span) -> None:
    """Print the link of a trace whose root span ended with an error; nothing for any other span."""
    if _prints_errors and span.root_span_id and span.span_parents is None:
        _print_once(span, " failed")


def _print_once(root: Span, what: str) -> None:
    try:
        store = root.container.recorder.store
        if not store.created or root.root_span_id in _printed:  # a store that is none: a capture, or one not opened
            return
        if len(_printed) >= _MAX_REMEMBERED:
            _printed.clear()
        _printed.add(root.root_span_id)
        _write_line(_line(root, what, store))
    except Exception as error:  # noqa: BLE001 - a bug of ours never reaches the traced program
        take_internal_fault(error)


def _line(root: Span, what: str, store: StoreInfo) -> str:
    # No span is named: a trace that failed opens at the span where its error began.
    address = format_address(SpanAddress(root.root_span_id, None, store.id))
    shown = hyperlink(address, address) if shows_hyperlinks(sys.stderr) else address
    name = "".join(char if char.isprintable() else "\ufffd" for char in str(root.name)[:_MAX_NAME_CHARS])
    return f"spanglass: {name}{what}  {shown}\n"


def _write_line(line: str) -> None:
    try:
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(line.encode(encoding, "replace").decode(encoding))
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):  # None under pythonw, a closed pipe, a closed file
        return
