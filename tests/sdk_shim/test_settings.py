"""Environment variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanglass.settings import Durability, Settings, current_settings, read_settings


def test_an_empty_environment_gives_the_defaults(capsys):
    assert read_settings({}) == Settings(
        is_disabled=False,
        legacy_ids=False,
        max_generator_items=1000,
        merges_at_exit=True,
        print_links=None,
        durability=Durability.ROW,
        sync_flush=False,
        max_queue_rows=25_000,
        drops_when_full=False,
        max_write_rows=100,
        max_write_bytes=6 * 1024 * 1024,
        num_retries=2,
        failed_payloads=None,
        all_payloads=None,
    )
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("text", "value"), [("1", True), ("TRUE", True), (" on ", True), ("0", False), ("", False)])
def test_flags(text, value):
    assert read_settings({"BRAINTRUST_LEGACY_IDS": text}).legacy_ids is value
    assert read_settings({"SPANGLASS_MERGE_AT_EXIT": text}).merges_at_exit is value


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("-1", -1), (" 5 ", 5), ("", 1000)])
def test_numbers(text, value):
    assert read_settings({"BRAINTRUST_MAX_GENERATOR_ITEMS": text}).max_generator_items == value


@pytest.mark.parametrize(
    ("name", "field", "text", "value"),
    [
        ("SPANGLASS_DISABLED", "is_disabled", "1", True),
        ("SPANGLASS_DURABILITY", "durability", " BATCH ", Durability.BATCH),
        ("SPANGLASS_DURABILITY", "durability", "", Durability.ROW),
        ("BRAINTRUST_SYNC_FLUSH", "sync_flush", "true", True),
        ("BRAINTRUST_QUEUE_SIZE", "max_queue_rows", "0", 0),
        ("BRAINTRUST_QUEUE_DROP_WHEN_FULL", "drops_when_full", "yes", True),
        ("BRAINTRUST_DEFAULT_BATCH_SIZE", "max_write_rows", "1", 1),
        ("BRAINTRUST_MAX_REQUEST_SIZE", "max_write_bytes", "1000", 1000),
        ("BRAINTRUST_NUM_RETRIES", "num_retries", "0", 0),
        ("BRAINTRUST_FAILED_PUBLISH_PAYLOADS_DIR", "failed_payloads", "/tmp/f", Path("/tmp/f")),  # noqa: S108 - a name
        ("BRAINTRUST_ALL_PUBLISH_PAYLOADS_DIR", "all_payloads", "some", Path("some").absolute()),
        ("BRAINTRUST_ALL_PUBLISH_PAYLOADS_DIR", "all_payloads", "", None),
    ],
)
def test_each_variable_has_its_field(capsys, name, field, text, value):
    assert getattr(read_settings({name: text}), field) == value
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SPANGLASS_DISABLED", "perhaps"),
        ("SPANGLASS_DURABILITY", "fsync"),
        ("BRAINTRUST_SYNC_FLUSH", "2"),
        ("BRAINTRUST_QUEUE_SIZE", "-1"),
        ("BRAINTRUST_QUEUE_DROP_WHEN_FULL", "sometimes"),
        ("BRAINTRUST_DEFAULT_BATCH_SIZE", "0"),
        ("BRAINTRUST_MAX_REQUEST_SIZE", "6MB"),
        ("BRAINTRUST_NUM_RETRIES", "-1"),
        ("BRAINTRUST_LEGACY_IDS", "maybe"),
        ("SPANGLASS_MERGE_AT_EXIT", "2"),
        ("BRAINTRUST_MAX_GENERATOR_ITEMS", "many"),
        ("BRAINTRUST_MAX_GENERATOR_ITEMS", "-2"),
    ],
)
def test_a_bad_value_is_the_default_with_one_warning(capsys, name, text):
    assert read_settings({name: text}) == read_settings({name: text}) == Settings()
    said = capsys.readouterr().err
    assert said.count(name) == 1
    assert text in said


def test_the_environment_is_read_once(monkeypatch):
    assert current_settings().legacy_ids is False
    monkeypatch.setenv("BRAINTRUST_LEGACY_IDS", "1")
    assert current_settings().legacy_ids is False
