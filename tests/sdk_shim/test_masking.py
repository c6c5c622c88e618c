"""Masking: nothing unmasked ever reaches the disk."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanglass
from spanglass import Attachment, ExternalAttachment, JSONAttachment
from spanglass.testing import captured_spans

SECRET = "hunter2"  # noqa: S105 - it is what the tests look for
FIELDS = ("input", "output", "expected", "error", "metadata", "context", "scores", "metrics")


def without_secret(value):
    if isinstance(value, str):
        return value.replace(SECRET, "***")
    if isinstance(value, dict):
        return {key: without_secret(item) for key, item in value.items()}
    return [without_secret(item) for item in value] if isinstance(value, list) else value


def refuse(value):
    raise ValueError(f"cannot mask {value}")


@pytest.fixture
def mask():
    """`set_masking_function`, taken back afterwards."""
    yield spanglass.set_masking_function
    spanglass.set_masking_function(None)


def stored_bytes(store_path):
    spanglass.flush()
    return b"".join(path.read_bytes() for path in store_path.rglob("*") if path.is_file())


def test_every_way_to_log_is_masked(mask, logger, store_path):
    mask(without_secret)
    with logger.start_span(input={"deep": [{"key": SECRET}]}, metadata={"m": SECRET}) as span:
        span.log(output=SECRET, expected=[SECRET], error=SECRET, custom=SECRET)
        span.start_span(name="child", propagated_event={"metadata": {"p": SECRET}})
        spanglass.traced(lambda text: text)(SECRET)
    logger.log(input=SECRET)
    logger.update_span(span.id, output={"late": SECRET})
    spanglass.update_span(span.export(), output={"later": SECRET})
    logger.log_feedback(span.id, comment=SECRET, expected=SECRET, metadata={"m": SECRET})
    spanglass.init("p", set_current=False, store=store_path).log(input=SECRET, output=SECRET, scores={})
    assert SECRET.encode() not in stored_bytes(store_path)
    assert stored_bytes(store_path).count(b"***") >= 14


def test_an_exception_is_masked(mask, logger, store_path, journal):
    mask(without_secret)
    with pytest.raises(ValueError, match=SECRET), logger.start_span(name="s"):
        raise ValueError(SECRET)
    assert journal.only_span["error"].endswith("ValueError: ***\n")
    assert SECRET.encode() not in stored_bytes(store_path)  # the traceback quotes no line that spells it out


def test_the_function_sees_plain_copies_field_by_field(mask, logger, journal):
    seen = []
    mask(lambda value: seen.append(value) or value)
    logged = {"pair": (1, 2), "big": 10**30, "nan": float("nan")}
    logger.log(input=logged, metrics={"tokens": 3})
    by_type = {str(value)[:20]: value for value in seen}
    assert {"pair": [1, 2], "big": 10**30, "nan": "NaN"} in by_type.values()
    assert {"tokens": 3} in seen
    assert any("caller_filename" in value for value in seen)
    assert journal.only_span["metrics"]["tokens"] == 3
    assert isinstance(logged["pair"], tuple)


def test_a_function_that_changes_its_argument_changes_nothing_of_the_programs(mask, logger, journal):
    mask(lambda value: value.clear() or value if isinstance(value, dict) else value)
    logged = {"a": {"b": 1}}
    logger.log(input=logged)
    assert logged == {"a": {"b": 1}}
    assert journal.only_span["input"] == {}


def test_where_the_function_raises_the_field_says_so(mask, logger, journal):
    mask(refuse)
    event = {"scores": {"s": 1}, "metrics": {"m": 1}, "metadata": {"m": 1}, "context": {"c": 1}}
    span = logger.start_span()
    span.log(input=1, output=2, expected=3, error=4, **event)
    row = journal.rows[-1]
    for field in FIELDS:
        assert row[field] == f"ERROR: Failed to mask field {field!r} - ValueError"


def test_where_the_function_raises_a_span_keeps_its_times_and_its_names(mask, logger, journal):
    mask(refuse)
    logger.log(input=1, tags=["t"], metrics={"tokens": 3})
    span = journal.only_span
    assert set(span["metrics"]) == {"start", "end"}
    assert span["tags"] == ["t"]
    assert span["span_attributes"]["name"] == "root"
    assert span["context"] == "ERROR: Failed to mask field 'context' - ValueError"


@pytest.mark.parametrize("raised", [SystemExit, RecursionError, Exception])
def test_whatever_the_function_raises_stays_here(mask, logger, journal, raised):
    def mask_badly(_):
        raise raised

    mask(mask_badly)
    logger.log(input=1)
    assert journal.only_span["input"] == f"ERROR: Failed to mask field 'input' - {raised.__name__}"


def test_what_the_function_returns_may_be_anything(mask, logger, journal):
    mask(lambda _: {1, 2})
    logger.log(input=1)
    assert sorted(journal.only_span["input"]) == [1, 2]


def test_attachments_stand_in_the_value_and_may_be_left_out(mask, logger, journal, store_path):
    def without_attachments(value):
        if isinstance(value, list):
            return [without_attachments(item) for item in value]
        return "left out" if isinstance(value, Attachment) else value

    mask(without_attachments)
    left_out = Attachment(data=b"bytes of the picture", filename="a.png", content_type="image/png")
    kept = ExternalAttachment(url="s3://b/k", filename="k", content_type="x/y")
    logger.log(input=[left_out, kept])
    assert journal.only_span["input"] == ["left out", dict(kept.reference)]
    assert b"bytes of the picture" not in stored_bytes(store_path)
    assert journal.attachments == []


def test_text_and_json_attachments_are_masked_and_pictures_are_not(mask, logger, journal, store_path, tmp_path):
    mask(without_secret)
    (tmp_path / "log.txt").write_text(f"by path {SECRET}")
    logger.log(
        input=[
            JSONAttachment({"deep": [SECRET, 10**30]}),
            Attachment(data=f"text {SECRET}".encode(), filename="a.txt", content_type="text/plain; charset=utf-8"),
            Attachment(data=str(tmp_path / "log.txt"), filename="log.txt", content_type="text/plain"),
            Attachment(data=b"\x89PNG", filename="a.png", content_type="image/png"),
        ]
    )
    stored = stored_bytes(store_path)
    assert SECRET.encode() not in stored
    for part in (b"by path ***", b"text ***", b"\x89PNG", str(10**30).encode()):
        assert part in stored
    keys = [reference["key"] for reference in journal.only_span["input"]]
    assert {line["key"] for line in journal.attachments if line["state"] == "done"} == set(keys)


def test_a_file_that_cannot_be_masked_is_not_stored_as_it_is(mask, logger, store_path):
    mask(refuse)
    spanglass.set_masking_function(lambda value: refuse(value) if isinstance(value, str) else value)
    logger.log(input=Attachment(data=SECRET.encode(), filename="a.txt", content_type="text/plain"))
    assert SECRET.encode() not in stored_bytes(store_path)


def test_the_same_text_attachment_is_stored_once(mask, logger, journal):
    mask(without_secret)
    attachment = Attachment(data=b"text", filename="a.txt", content_type="text/plain")
    logger.log(input=attachment, output=attachment)
    spanglass.flush()
    assert [line["state"] for line in journal.attachments] == ["uploading", "done"]


def test_a_missing_text_file_is_the_attachments_error(mask, logger, journal, tmp_path):
    mask(without_secret)
    logger.log(input=Attachment(data=str(tmp_path / "gone.txt"), filename="a.txt", content_type="text/plain"))
    spanglass.flush()
    assert [line["state"] for line in journal.attachments] == ["error"]


def test_none_ends_it(mask, logger, journal):
    mask(lambda _: "masked")
    mask(None)
    logger.log(input="plain")
    assert journal.only_span["input"] == "plain"


def test_what_cannot_be_called_is_refused(mask):
    with pytest.raises(ValueError, match="callable"):
        mask("***")


values = st.recursive(
    st.sampled_from([SECRET, f"a {SECRET} b", 1, None, float("nan"), 10**30, "plain", frozenset([SECRET])]),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", 3]), children, max_size=3)
        | st.tuples(children, children)
        | children.map(JSONAttachment)
    ),
    max_leaves=12,
)


@given(values, values)
@settings(max_examples=60)
def test_no_secret_is_written_wherever_it_stands(first, second):
    with captured_spans() as captured:
        spanglass.set_masking_function(without_secret)
        with spanglass.start_span(input=first, metadata={"m": second}) as span:
            span.log(output=second, input={"more": first})
        folder = captured.logger.container.recorder.store.path
        spanglass.flush()
        assert SECRET not in str(captured.rows)
        assert not [path for path in folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
