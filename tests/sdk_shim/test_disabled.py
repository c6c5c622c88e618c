"""`SPANGLASS_DISABLED=1`: programs run as if nobody traced them."""

from __future__ import annotations

import pytest

import spanglass
from spanglass import NOOP_SPAN, activity, shutdown
from spanglass_store.links.slugs import ObjectType, SpanSlug, encode_slug


@pytest.fixture
def _disabled(monkeypatch):
    monkeypatch.setenv("SPANGLASS_DISABLED", "1")


@pytest.mark.usefixtures("_disabled")
def test_nothing_is_recorded_and_no_store_is_made(store_path, capsys):
    logger = spanglass.init_logger("p", store=store_path)
    experiment = spanglass.init("p", "e", store=store_path)

    @spanglass.traced
    def double(x):
        assert spanglass.current_span() is NOOP_SPAN
        return 2 * x

    assert double(2) == 4
    assert spanglass.start_span(name="s") is NOOP_SPAN
    assert logger.start_span(name="s") is NOOP_SPAN
    logger.log(input=1)
    experiment.log(input=1, output=1, scores={"s": 1})
    logger.log_feedback(id="row", scores={"s": 1})
    spanglass.update_span(exported_elsewhere(), output=1)
    spanglass.flush()
    shutdown.finish()
    assert not store_path.exists()
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("_disabled")
def test_a_parent_from_elsewhere_switches_nothing_on(store_path, monkeypatch):
    monkeypatch.setenv("SPANGLASS_STORE", str(store_path))
    slug = exported_elsewhere()
    assert spanglass.start_span(name="s", parent=slug) is NOOP_SPAN
    with spanglass.parent_context(slug):
        assert spanglass.start_span(name="s") is NOOP_SPAN

    @spanglass.traced(parent=slug)
    def double(x):
        return 2 * x

    assert double(2) == 4
    assert not activity.is_on
    assert not store_path.exists()


@pytest.mark.usefixtures("_disabled")
def test_misuse_shows_all_the_same(store_path):
    logger = spanglass.init_logger("p", store=store_path)
    with pytest.raises(ValueError, match="scores"):
        logger.start_span(scores={"s": 7})


def exported_elsewhere():
    slug = SpanSlug(
        ObjectType.PROJECT_LOGS,
        object_id="00000000-0000-4000-8000-000000000000",
        row_id="00000000-0000-4000-8000-000000000001",
        span_id="0123456789abcdef",
        root_span_id="0123456789abcdef" * 2,
    )
    return encode_slug(slug, legacy_ids=False)
