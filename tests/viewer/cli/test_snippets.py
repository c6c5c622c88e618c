from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from spanglass_store.search.parse import parse_filter
from spanglass_viewer.cli.snippets import find_snippet, list_texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_store.database.records import SpanRecord


@pytest.mark.parametrize(
    ("text", "texts"),
    [("", []), ("refund", ["refund"]), ('error (a or "b c") -d type:llm', ["a", "b c"]), ("-(a b)", [])],
)
def test_which_texts_are_looked_for(text: str, texts: list[str]) -> None:
    assert list_texts(parse_filter(text)) == texts


@pytest.mark.parametrize(
    ("texts", "snippet"),
    [
        (["REFUND"], 'output: {"reply":"your refund is on its way"}'),
        (["absent", "mug"], 'input: …rder A-10422, a mug and a plate"'),
        (['say "hi"'], 'metadata: {"said":"say \\"hi\\""}'),
        (["İ"], 'expected: "İstanbul"'),
        (["absent"], ""),
        ([], ""),
    ],
)
def test_a_text_is_shown_with_what_is_around_it(
    make_span: Callable[..., SpanRecord], texts: list[str], snippet: str
) -> None:
    span = make_span(
        "x",
        input='"my order A-10422, a mug and a plate"',
        output='{"reply":"your refund is on its way"}',
        metadata='{"said":"say \\"hi\\""}',
        expected='"İstanbul"',
    )
    assert find_snippet(span, texts) == snippet
