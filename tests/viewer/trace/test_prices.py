from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from importlib.metadata import version

import numpy as np
import pytest
from genai_prices import Usage, calc_price
from hypothesis import given, settings
from hypothesis import strategies as st
from made_traces import EPOCH_US, MadeSpan, make_skeleton
from trace_summaries import make_summary

from spanglass_store.database.records import ModelUsage
from spanglass_viewer.trace.prices import (
    PriceBook,
    TokenCounts,
    add_estimates,
    describe_price_list,
    estimate_span_costs,
)
from spanglass_viewer.trace.snapshot import build_snapshot

MODEL, TIERED_MODEL = "gpt-4o", "gemini-2.5-pro"
BOOK = PriceBook()


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([MODEL, TIERED_MODEL, "claude-sonnet-4-5"]),
    st.integers(1, 600_000),
    st.integers(0, 100_000),
    st.floats(0, 1),
)
def test_a_call_costs_what_the_package_says(model: str, prompt: int, completion: int, cached_share: float) -> None:
    cached = int(prompt * cached_share)
    usage = Usage(input_tokens=prompt, output_tokens=completion, cache_read_tokens=cached)
    expected = float(calc_price(usage, model).total_price)
    now_us = 1_795_442_531_000_000
    assert BOOK.find_cost(model, TokenCounts(prompt, completion, cached), now_us) == pytest.approx(expected)


def test_a_longer_prompt_costs_more_a_token_where_the_list_says_so() -> None:
    assert len(BOOK.list_rates(TIERED_MODEL, EPOCH_US)) > 1
    short = BOOK.find_cost(TIERED_MODEL, TokenCounts(prompt=100_000), EPOCH_US)
    long = BOOK.find_cost(TIERED_MODEL, TokenCounts(prompt=400_000), EPOCH_US)
    several = BOOK.find_cost(TIERED_MODEL, TokenCounts(prompt=400_000), EPOCH_US, prompt_length=100_000)
    assert short
    assert long
    assert several == pytest.approx(4 * short)
    assert long > several


@pytest.mark.parametrize("model", ["", "nobody-knows-this", "text-embedding-of-nobody", "openai/", "/", "a/b/c"])
def test_an_unknown_model_has_no_price(model: str) -> None:
    assert BOOK.find_cost(model, TokenCounts(10, 10), EPOCH_US) is None


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("text-embedding-3-small", "openai"),
        ("text-embedding-3-large", "openai"),
        ("chatgpt-4o-latest", "openai"),
        ("ft:gpt-4o-mini-2024-07-18:org::id", "openai"),
        ("embed-v4.0", "cohere"),
    ],
)
def test_a_model_that_the_package_knows_only_by_its_provider_has_its_price(model: str, provider: str) -> None:
    tokens = TokenCounts(prompt=1000)
    cost = BOOK.find_cost(model, tokens, EPOCH_US)
    assert cost
    assert cost == BOOK.find_cost(f"{provider}/{model}", tokens, EPOCH_US)


def test_a_router_names_the_provider_before_the_model() -> None:
    tokens = TokenCounts(1000, 100)
    assert BOOK.find_cost(f"openai/{MODEL}", tokens, EPOCH_US) == BOOK.find_cost(MODEL, tokens, EPOCH_US)


@pytest.mark.parametrize(
    ("named", "plain"),
    [
        ("openai:gpt-4o", "openai/gpt-4o"),
        ("anthropic:claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
        ("google-gla:gemini-2.5-pro", "google/gemini-2.5-pro"),
        ("openrouter:anthropic/claude-3.5-sonnet", "openrouter/anthropic/claude-3.5-sonnet"),
        ("openai:ft:gpt-4o-mini-2024-07-18:org::id", "openai/ft:gpt-4o-mini-2024-07-18:org::id"),
    ],
)
def test_a_framework_names_the_provider_before_a_colon(named: str, plain: str) -> None:
    tokens = TokenCounts(1000, 100)
    assert BOOK.find_cost(named, tokens, EPOCH_US)
    assert BOOK.find_cost(named, tokens, EPOCH_US) == BOOK.find_cost(plain, tokens, EPOCH_US)


def test_a_tag_behind_a_colon_is_no_model_of_a_provider() -> None:
    assert BOOK.find_cost("llama3:8b", TokenCounts(1000, 100), EPOCH_US) is None


@pytest.mark.parametrize(
    ("model", "provider", "name"),
    [
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", "aws", "anthropic.claude-3-5-sonnet-20241022-v2:0"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "aws", "us.anthropic.claude-sonnet-4-20250514-v1:0"),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0", "aws", "amazon.nova-pro-v1:0"),
        ("models/gemini-2.5-pro", "google", "gemini-2.5-pro"),
        ("publishers/google/models/gemini-2.5-pro", "google", "gemini-2.5-pro"),
        ("projects/p/locations/eu/publishers/anthropic/models/claude-opus-4-1", "anthropic", "claude-opus-4-1"),
    ],
)
def test_names_as_clouds_write_them_have_their_price(model: str, provider: str, name: str) -> None:
    tokens = TokenCounts(1000, 100)
    expected = float(calc_price(Usage(input_tokens=1000, output_tokens=100), name, provider_id=provider).total_price)
    assert expected
    assert BOOK.find_cost(model, tokens, EPOCH_US) == pytest.approx(expected)


def test_spans_are_priced_as_single_calls_are() -> None:
    spans = [
        MadeSpan("root"),
        MadeSpan("call", ("root",), 0.1, model=MODEL, prompt_tokens=1000, completion_tokens=50, cached_tokens=400),
        MadeSpan("long", ("root",), 0.2, model=TIERED_MODEL, prompt_tokens=300_000, completion_tokens=9),
        MadeSpan("logged", ("root",), 0.3, model=MODEL, prompt_tokens=1000, cost=0.5),
        MadeSpan("unknown", ("root",), 0.4, model="x-unknown", prompt_tokens=1000),
        MadeSpan("more-cached-than-sent", ("root",), 0.5, model=MODEL, prompt_tokens=10, cached_tokens=99),
    ]
    estimates = estimate_span_costs(make_skeleton(spans), BOOK)
    expected = [
        None,
        BOOK.find_cost(MODEL, TokenCounts(1000, 50, 400), EPOCH_US),
        BOOK.find_cost(TIERED_MODEL, TokenCounts(300_000, 9), EPOCH_US),
        None,
        None,
        BOOK.find_cost(MODEL, TokenCounts(10, 0, 10), EPOCH_US),
    ]
    assert estimates == pytest.approx([np.nan if cost is None else cost for cost in expected], nan_ok=True)


def test_a_logged_cost_wins_and_subtrees_tell_where_they_hold_estimates() -> None:
    spans = [
        MadeSpan("root"),
        MadeSpan("a", ("root",), 0.1),
        MadeSpan("a-call", ("a",), 0.2, model=MODEL, prompt_tokens=1_000_000),
        MadeSpan("b", ("root",), 0.3),
        MadeSpan("b-call", ("b",), 0.4, model=MODEL, prompt_tokens=1_000_000, cost=0.25),
        MadeSpan("none", ("root",), 0.5),
    ]
    skeleton = make_skeleton(spans)
    rollups = build_snapshot(skeleton, 1, 0, estimate_span_costs(skeleton, BOOK)).rollups
    call = BOOK.find_cost(MODEL, TokenCounts(1_000_000), EPOCH_US)
    assert call
    below = rollups.below(np.arange(len(spans)))
    assert below.costs == pytest.approx([call + 0.25, call, call, 0.25, 0.25, np.nan], nan_ok=True)
    assert below.has_estimate.tolist() == [True, True, True, False, False, False]
    assert rollups.cost == pytest.approx(call + 0.25)
    assert rollups.token_kinds == {"in": 2_000_000}, "of a span without a total too"


def test_a_list_adds_estimates_to_what_was_logged() -> None:
    plain, logged, unknown = (make_summary(number, cost=cost) for number, cost in enumerate((None, 0.5, None)))
    usage = [
        ModelUsage(plain.root_span_id, MODEL, 2, 2000, 100, 0),
        ModelUsage(logged.root_span_id, MODEL, 1, 1000, 50, 0),
        ModelUsage(unknown.root_span_id, "x-unknown", 1, 1000, 50, 0),
    ]
    call = BOOK.find_cost(MODEL, TokenCounts(1000, 50), plain.start_us)
    assert call
    assert add_estimates([plain, logged, unknown], usage, BOOK) == (
        replace(plain, cost=pytest.approx(2 * call), has_estimate=True),
        replace(logged, cost=pytest.approx(0.5 + call), has_estimate=True),
        unknown,
    )


def test_the_price_list_is_named_with_its_latest_change() -> None:
    early, late = (describe_price_list(date(year, 1, 1)) for year in (1990, 2030))
    assert early == f"genai-prices {version('genai-prices')}"
    assert re.fullmatch(re.escape(early) + r", prices as of 20\d\d-\d\d-\d\d", late)
    assert late[-10:] <= "2030-01-01"
