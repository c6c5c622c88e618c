"""Exported slugs; the literals were written by braintrust 0.47.0 (`SpanComponentsV1` … `V4`)."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_store.links.slugs import BadSlug, ObjectType, SpanSlug, decode_slug, encode_slug

U1, U2, U3, U4 = (
    "c2a6faec-870e-555c-9727-e4aa99f27999",
    "2b3850a8-5e84-45d4-8917-08fc789061ae",
    "11111111-2222-4333-8444-555555555555",
    "66666666-7777-4888-8999-aaaaaaaaaaaa",
)
SPAN, ROOT = "731715ec2e9f7f70", "8b6089648525a51ee769be7689d1c1a6"
LEGACY = SpanSlug(ObjectType.EXPERIMENT, object_id=U1, row_id=U2, span_id=U3, root_span_id=U4)
MODERN = SpanSlug(
    ObjectType.PROJECT_LOGS,
    object_id=U1,
    row_id=U2,
    span_id=SPAN,
    root_span_id=ROOT,
    propagated_event={"metadata": {"u": 1}},
)
WRITTEN_BY_BRAINTRUST = {
    "v1": (
        "AQEBAcKm+uyHDlVclyfkqpnyeZkRERERIiJDM4REVVVVVVVVZmZmZnd3SIiJmaqqqqqqqis4UKhehEXUiRcI/HiQYa4=",
        LEGACY,
    ),
    "v1, a row id of its own": (
        "AQIBAMKm+uyHDlVclyfkqpnyeZkRERERIiJDM4REVVVVVVVVZmZmZnd3SIiJmaqqqqqqqm15IHJvdw==",
        SpanSlug(ObjectType.PROJECT_LOGS, U1, None, "my row", U3, U4),
    ),
    "v1, the container": (
        "AQEAAMKm+uyHDlVclyfkqpnyeZk=",
        SpanSlug(ObjectType.EXPERIMENT, U1),
    ),
    "v2": (
        "AgEBAAEBwqb67IcOVVyXJ+SqmfJ5mREREREiIkMzhERVVVVVVVVmZmZmd3dIiImZqqqqqqqqKzhQqF6ERdSJFwj8eJBhrg==",
        LEGACY,
    ),
    "v2, by name": (
        "AgIAAQEAAAAAGHsicHJvamVjdF9uYW1lIjogImRlbW8ifREREREiIkMzhERVVVVVVVVmZmZmd3dIiImZqqqqqqqqbXkgcm93",
        SpanSlug(ObjectType.PROJECT_LOGS, None, {"project_name": "demo"}, "my row", U3, U4),
    ),
    "v3": (
        "AwEEAcKm+uyHDlVclyfkqpnyeZkCKzhQqF6ERdSJFwj8eJBhrgMRERERIiJDM4REVVVVVVVVBGZmZmZ3d0iIiZmqqqqqqqo=",
        LEGACY,
    ),
    "v3, by name": (
        "AwMAeyJjb21wdXRlX29iamVjdF9tZXRhZGF0YV9hcmdzIjp7InByb2plY3RfbmFtZSI6ImRlbW8ifX0=",
        SpanSlug(ObjectType.PLAYGROUND, None, {"project_name": "demo"}),
    ),
    "v4": (
        "BAICA3MXFewun39wBItgiWSFJaUe52m+donRwaZ7InByb3BhZ2F0ZWRfZXZlbnQiOnsibWV0YWRhdGEiOnsidSI6MX19LCJvYmplY3RfaWQiOiJjMmE2ZmFlYy04NzBlLTU1NWMtOTcyNy1lNGFhOTlmMjc5OTkiLCJyb3dfaWQiOiIyYjM4NTBhOC01ZTg0LTQ1ZDQtODkxNy0wOGZjNzg5MDYxYWUifQ==",
        MODERN,
    ),
}


@pytest.mark.parametrize("name", WRITTEN_BY_BRAINTRUST)
def test_what_braintrust_wrote_is_read(name):
    text, expected = WRITTEN_BY_BRAINTRUST[name]
    assert decode_slug(text) == expected


def test_v4_is_written_byte_for_byte_as_braintrust_does():
    assert encode_slug(MODERN) == WRITTEN_BY_BRAINTRUST["v4"][0]
    assert encode_slug(LEGACY, legacy_ids=True) == WRITTEN_BY_BRAINTRUST["v3"][0]


IDS = st.from_regex(r"[0-9a-f]{16}|[0-9a-f]{32}|[A-Za-z0-9 _-]{1,40}", fullmatch=True) | st.uuids().map(str)
EVENTS = st.none() | st.dictionaries(st.text(), st.integers(0, 9) | st.text(), min_size=1, max_size=3)


SLUGS = st.builds(SpanSlug, st.sampled_from(ObjectType), IDS, st.none(), IDS, IDS, IDS, EVENTS)


@given(SLUGS, st.booleans())
def test_what_is_encoded_is_decoded(slug, legacy):
    assert decode_slug(encode_slug(slug, legacy_ids=legacy)) == slug


def test_a_container_alone_has_a_slug():
    named = SpanSlug(ObjectType.PROJECT_LOGS, object_arguments={"project_name": "demo"})
    assert decode_slug(encode_slug(named)) == named


@given(st.binary(max_size=80).map(lambda raw: base64.b64encode(raw).decode()) | st.text(max_size=80))
def test_any_text_is_decoded_or_refused(text):
    try:
        slug = decode_slug(text)
    except BadSlug:
        return
    assert slug.object_id or slug.object_arguments


@given(st.sampled_from([1, 2, 3, 4]), st.binary(max_size=100))
def test_any_bytes_behind_a_known_version_are_decoded_or_refused(version, rest):
    try:
        decode_slug(base64.b64encode(bytes([version]) + rest).decode())
    except BadSlug:
        return


@pytest.mark.parametrize("cut", range(1, len(base64.b64decode(encode_slug(MODERN)))))
def test_a_slug_cut_short_is_refused(cut):
    raw = base64.b64decode(encode_slug(MODERN))
    with pytest.raises(BadSlug):
        decode_slug(base64.b64encode(raw[:cut]).decode())


@pytest.mark.parametrize("row_id", ['a"b', "a\\b", "a\nb", 7, ["a"]])
def test_ids_that_would_break_a_row_are_refused(row_id):
    body = json.dumps({"object_id": "o", "row_id": row_id, "span_id": "s", "root_span_id": "r"}).encode()
    with pytest.raises(BadSlug, match="row_id is no id"):
        decode_slug(base64.b64encode(bytes([4, 2, 0]) + body).decode())


def test_a_newer_version_is_refused_by_its_number():
    with pytest.raises(BadSlug, match="version 5"):
        decode_slug(base64.b64encode(bytes([5, 2, 0])).decode())


def test_the_real_package_reads_ours_and_we_read_its():
    identifier = pytest.importorskip("braintrust.span_identifier_v4", reason="the real package is not installed")
    theirs = identifier.SpanComponentsV4.from_str(encode_slug(MODERN))
    assert (theirs.object_id, theirs.row_id, theirs.span_id, theirs.root_span_id) == (U1, U2, SPAN, ROOT)
    assert theirs.propagated_event == MODERN.propagated_event
    assert decode_slug(theirs.to_str()) == MODERN
