from __future__ import annotations

from span_details import make_record

from spanglass_viewer.values.decode import AT_ONCE_CHARS
from spanglass_viewer.values.media import MediaResolver
from spanglass_viewer.values.presentation import ChatBlock, RowsBlock, TextBlock
from spanglass_viewer.values.readings import read_fields

PIXEL = "data:image/png;base64,iVBORw0KGgo="


def test_fields_are_read_for_their_cards_and_large_ones_are_left() -> None:
    record = make_record(
        input=f'[{{"role": "user", "content": "{PIXEL}"}}]', output="{broken", metadata='{"a": 1}',
        metrics='{"tokens": 1200}', context='"' + "x" * AT_ONCE_CHARS + '"',
    )  # fmt: skip
    readings = read_fields(record, MediaResolver({}, {}))
    assert sorted(readings) == ["Input", "Metadata", "Metrics", "Output"]
    assert isinstance(readings["Input"].block, ChatBlock)
    assert [item.content_type for item in readings["Input"].media] == ["image/png"]
    assert readings["Output"].block == TextBlock("{broken")
    assert readings["Metadata"].block == RowsBlock((("a", TextBlock("1")),))
    assert readings["Metrics"].block == RowsBlock((("tokens", TextBlock("1,200")),))
