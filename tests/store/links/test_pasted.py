from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_store.links.addresses import BadAddress
from spanglass_store.links.pasted import PastedSpan, read_pasted
from spanglass_store.links.slugs import ObjectType, SpanSlug, encode_slug

ROOT, SPAN, ROW = "8b6089648525a51ee769be7689d1c1a6", "731715ec2e9f7f70", "bc631cfe-b245-4369-a57c-ba178c8ee489"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f"spanglass://trace/{ROOT}?span={SPAN}", PastedSpan(root_span_id=ROOT, span_id=SPAN)),
        (f"https://www.braintrust.dev/app/o/p/logs?r={ROOT}&s={SPAN}", PastedSpan(root_span_id=ROOT, span_id=SPAN)),
        (
            f"https://www.braintrust.dev/app/o/object?object_type=project_logs&object_id=5&id={ROW}",
            PastedSpan(row_id=ROW),
        ),
        (f"  {SPAN}\n", PastedSpan(text=SPAN)),
        ("8b60", PastedSpan(text="8b60")),
    ],
)
def test_what_can_be_pasted(text: str, named: PastedSpan) -> None:
    assert read_pasted(text) == named


def test_an_exported_slug_names_its_span() -> None:
    slug = SpanSlug(ObjectType.PROJECT_LOGS, object_id=ROW, row_id=ROW, span_id=SPAN, root_span_id=ROOT)
    assert read_pasted(encode_slug(slug)) == PastedSpan(root_span_id=ROOT, span_id=SPAN, row_id=ROW)


@pytest.mark.parametrize("link", ["https://example.com/", "https://example.com/?x=1", "http://[", "spanglass://run/rm"])
def test_a_link_that_names_no_span_is_refused(link: str) -> None:
    with pytest.raises(BadAddress):
        read_pasted(link)


@given(st.text(max_size=200))
def test_no_text_raises_anything_else(text: str) -> None:
    with contextlib.suppress(BadAddress):
        read_pasted(text)
