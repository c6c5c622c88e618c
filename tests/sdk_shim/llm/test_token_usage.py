"""Usage as metrics."""

from __future__ import annotations

import pytest
from llm_wire import USAGE, USAGE_METRICS

from spanglass.llm.token_usage import anthropic_metrics, openai_metrics


def test_openai_of_both_kinds_has_the_same_names():
    assert openai_metrics(USAGE) == USAGE_METRICS
    responses = {
        "input_tokens": 12,
        "output_tokens": 7,
        "total_tokens": 19,
        "input_tokens_details": {"cached_tokens": 4, "audio_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 2},
    }
    assert openai_metrics(responses) == USAGE_METRICS


def test_what_is_no_number_is_left_out():
    usage = {"prompt_tokens": 1, "is_cached": True, "tier": "flex", "completion_tokens": None, "cost": 0.5}
    assert openai_metrics(usage) == {"prompt_tokens": 1, "cost": 0.5}


@pytest.mark.parametrize("usage", [None, "much", [], {}])
def test_no_usage_is_no_metrics(usage):
    assert openai_metrics(usage) == {}
    assert anthropic_metrics(usage) == {}


def test_anthropic_counts_the_cache_by_lifetime_and_thinking():
    usage = {
        "input_tokens": 10,
        "output_tokens": 7,
        "cache_read_input_tokens": 4,
        "cache_creation_input_tokens": 5,
        "cache_creation": {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 3},
        "output_tokens_details": {"thinking_tokens": 6},
        "server_tool_use": {"web_search_requests": 1},
        "service_tier": "standard",
    }
    assert anthropic_metrics(usage) == {
        "prompt_tokens": 19,
        "completion_tokens": 7,
        "tokens": 26,
        "prompt_cached_tokens": 4,
        "prompt_cache_creation_5m_tokens": 2,
        "prompt_cache_creation_1h_tokens": 3,
        "completion_reasoning_tokens": 6,
        "server_tool_use_web_search_requests": 1,
    }
