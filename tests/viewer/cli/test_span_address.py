from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter, root_id

from spanglass_store import Store, open_store
from spanglass_store.links.addresses import SpanAddress
from spanglass_viewer.cli.command import NotFound
from spanglass_viewer.cli.span_address import find_address, read_visit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROOT, CHILD = f"{1:016x}", f"{2:016x}"


@pytest.fixture
def open_sample(store_path: Path) -> Callable[[], Store]:
    """A store with a trace of two spans."""
    journal = JournalWriter(store_path)
    journal.span(1, name="run")
    journal.span(2, parents=(1,), name="chat")
    journal.die()
    return lambda: open_store(store_path)


@pytest.mark.parametrize(
    ("text", "span_id"),
    [
        (root_id(), None),
        (root_id()[:31], None),
        (CHILD, CHILD),
        ("row-2", CHILD),
        ("latest", None),
        (f"https://www.braintrust.dev/app/o/p/logs?r={root_id()}&s={CHILD}", CHILD),
        ("https://www.braintrust.dev/app/o/object?object_type=project_logs&object_id=p&id=row-2", CHILD),
        (f"spanglass://trace/{root_id()}?span={CHILD}", CHILD),
    ],
)
def test_what_names_a_span_leads_to_it(open_sample: Callable[[], Store], text: str, span_id: str | None) -> None:
    assert find_address(read_visit(text), open_sample) == SpanAddress(root_id(), span_id)


@pytest.mark.parametrize("text", ["nothing", "https://example.com/?id=row-9", "https://example.com/", "ftp://x"])
def test_what_names_nothing_is_said(open_sample: Callable[[], Store], text: str) -> None:
    with pytest.raises(NotFound):
        find_address(read_visit(text), open_sample)
