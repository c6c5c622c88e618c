"""Environment variables."""

from __future__ import annotations

import pytest

from spanglass.settings import Settings, current_settings, read_settings


def test_an_empty_environment_gives_the_defaults(capsys):
    assert read_settings({}) == Settings(legacy_ids=False, max_generator_items=1000, merges_at_exit=True)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("text", "value"), [("1", True), ("TRUE", True), (" on ", True), ("0", False), ("", False)])
def test_flags(text, value):
    assert read_settings({"BRAINTRUST_LEGACY_IDS": text}).legacy_ids is value
    assert read_settings({"SPANGLASS_MERGE_AT_EXIT": text}).merges_at_exit is value


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("-1", -1), (" 5 ", 5), ("", 1000)])
def test_numbers(text, value):
    assert read_settings({"BRAINTRUST_MAX_GENERATOR_ITEMS": text}).max_generator_items == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
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
