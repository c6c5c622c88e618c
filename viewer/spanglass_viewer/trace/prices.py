"""What calls cost that logged no cost: estimates by the list prices of genai-prices, which come with the package.

A call is priced by its model, the tokens of its prompt, how many of those were cached, and those of its completion.
The package prices one call at a time, which is too slow for a million; so it is asked for the price of a token, once
for each model, hour and tier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from spanglass_viewer.trace.loading import loading_with

# pydantic, by which it reads its list, else loads what any package of the user's has plugged into it: with logfire
# there it takes 2.4 times as long, and 18 MB more, and code runs here that nobody asked for
with loading_with({"PYDANTIC_DISABLE_PLUGINS": "__all__"}):
    from genai_prices import Usage, calc_price
    from genai_prices.data_snapshot import get_snapshot
    from genai_prices.types import TieredPrices

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from genai_prices.types import PriceCalculation

    from spanglass_store.database.records import ModelUsage, TraceSkeleton, TraceSummary

_US_PER_HOUR = 3_600_000_000
_MILLION = 1_000_000
# names that the package has a price for, but finds no provider by: its patterns know only `gpt-` and the like
_MAKERS = {"text-embedding-": "openai", "chatgpt-": "openai", "ft:gpt-": "openai", "embed-v": "cohere"}

# as Bedrock names its models, with or without the region of an inference profile
_BEDROCK = re.compile(
    r"(?:arn:aws[a-z-]*:bedrock:.*/)?(?P<model>(?:[a-z-]{2,6}\.)?"
    r"(?:ai21|amazon|anthropic|cohere|deepseek|google|meta|minimax|mistral|moonshotai|nvidia|openai|qwen|writer|zai)\..+)"
)
# as Gemini's own API and Vertex AI do
_PUBLISHED = re.compile(r"(?:(?:projects/[^/]+/locations/[^/]+/)?publishers/(?P<maker>[^/]+)/)?models/(?P<model>[^/]+)")


class Rates(NamedTuple):
    """US dollars a token, for calls with more than `above_prompt_tokens` tokens of prompt."""

    above_prompt_tokens: int
    prompt: float
    cached: float
    completion: float


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """The tokens of a call; the cached ones are among those of the prompt."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0


class PriceBook:
    """List prices, looked up once for each model and hour; some models are cheaper at night."""

    def __init__(self) -> None:
        self._rates: dict[tuple[str, int], tuple[Rates, ...]] = {}

    def list_rates(self, model: str, at_us: int) -> tuple[Rates, ...]:
        """Return a model's rates at a time (µs since the epoch), by rising length of prompt; none where unknown."""
        key = (model, at_us // _US_PER_HOUR)
        found = self._rates.get(key)
        if found is None:
            moment = datetime.fromtimestamp(key[1] * _US_PER_HOUR / _MILLION, tz=UTC)
            found = self._rates[key] = _read_rates(model, moment)
        return found

    def find_cost(self, model: str, tokens: TokenCounts, at_us: int, prompt_length: int | None = None) -> float | None:
        """Return what a call cost in US dollars, None for an unknown model.

        Of several calls at once, `prompt_length` is the length of one prompt.
        """
        length = tokens.prompt if prompt_length is None else prompt_length
        rates = [rate for rate in self.list_rates(model, at_us) if length > rate.above_prompt_tokens]
        if not rates:
            return None
        cached = min(max(tokens.cached, 0), max(tokens.prompt, 0))
        plain = max(tokens.prompt, 0) - cached
        rate = rates[-1]
        return plain * rate.prompt + cached * rate.cached + max(tokens.completion, 0) * rate.completion


def describe_price_list(today: date) -> str:
    """Return which price list estimates come from: the package's version, and its latest change of a price.

    The package says no date of its own; it knows the days from which prices hold.
    """
    dates = [
        start
        for provider in get_snapshot().providers
        for model in provider.models
        if isinstance(model.prices, list)
        for conditional in model.prices
        if (start := getattr(conditional.constraint, "start_date", None)) is not None and start <= today
    ]
    name = f"genai-prices {version('genai-prices')}"
    return f"{name}, prices as of {max(dates):%Y-%m-%d}" if dates else name


def estimate_span_costs(skeleton: TraceSkeleton, book: PriceBook) -> npt.NDArray[np.float64]:
    """Return, by span, the estimate in US dollars where no cost was logged; NaN elsewhere and for unknown models."""
    estimates = np.full(len(skeleton), np.nan)
    prompt, completion = np.maximum(skeleton.prompt_tokens, 0), np.maximum(skeleton.completion_tokens, 0)
    cached = np.clip(skeleton.cached_tokens, 0, prompt)
    lacks_cost = np.isnan(skeleton.cost) & (prompt + completion.astype(np.int64) > 0)
    for code, model in enumerate(skeleton.models):
        spans = np.flatnonzero(lacks_cost & (skeleton.model_code == code)) if model else np.zeros(0, np.intp)
        rates = book.list_rates(model, int(skeleton.created_us[spans[0]])) if len(spans) else ()
        if rates:
            table = np.array(rates)
            tier = table[np.searchsorted(table[:, 0], prompt[spans]) - 1]
            plain = prompt[spans] - cached[spans]
            estimates[spans] = plain * tier[:, 1] + cached[spans] * tier[:, 2] + completion[spans] * tier[:, 3]
    return estimates


def add_estimates(
    traces: Sequence[TraceSummary], usage: Sequence[ModelUsage], book: PriceBook
) -> tuple[TraceSummary, ...]:
    """Return the traces with what their unlogged calls cost added to what was logged."""
    start_us = {trace.root_span_id: trace.start_us for trace in traces}
    estimates: dict[str, float] = {}
    for used in usage:
        cost = price_usage(used, book, start_us[used.root_span_id])
        if cost is not None:
            estimates[used.root_span_id] = estimates.get(used.root_span_id, 0.0) + cost
    return tuple(_with_estimate(trace, estimates.get(trace.root_span_id)) for trace in traces)


def price_usage(used: ModelUsage, book: PriceBook, at_us: int) -> float | None:
    """Return what calls of one model cost in US dollars at a time, None for an unknown model."""
    tokens = TokenCounts(used.prompt_tokens, used.completion_tokens, used.cached_tokens)
    return book.find_cost(used.model, tokens, at_us, used.prompt_tokens // max(used.calls, 1))


def _with_estimate(trace: TraceSummary, dollars: float | None) -> TraceSummary:
    return trace if dollars is None else replace(trace, cost=(trace.cost or 0.0) + dollars, has_estimate=True)


def _read_rates(model: str, moment: datetime) -> tuple[Rates, ...]:
    try:
        prices: dict[str, Any] = vars(_price(model, moment, input_tokens=1).model_price)
        tiered = [price for price in prices.values() if isinstance(price, TieredPrices)]
        starts = sorted({-1} | {tier.start for price in tiered for tier in price.tiers})
        return tuple(_read_tier(model, moment, start) for start in starts)
    except (LookupError, ValueError):
        return ()


def _read_tier(model: str, moment: datetime, start: int) -> Rates:
    length = max(start + 1, 1)
    prompt = _dollars(model, moment, input_tokens=length)
    cached = _dollars(model, moment, input_tokens=length, cache_read_tokens=length)
    whole = _dollars(model, moment, input_tokens=length, output_tokens=_MILLION)
    return Rates(start, prompt / length, cached / length, (whole - prompt) / _MILLION)


def _dollars(model: str, moment: datetime, **tokens: int) -> float:
    return float(_price(model, moment, **tokens).total_price)


def _price(model: str, moment: datetime, **tokens: int) -> PriceCalculation:
    provider, name = _split_model(model)
    return calc_price(Usage(**tokens), name, provider_id=provider, genai_request_timestamp=moment)


def _split_model(model: str) -> tuple[str | None, str]:
    """Return the provider and its model: routers write `openai/gpt-5`, LangChain and Pydantic AI `openai:gpt-5`."""
    if (found := _BEDROCK.fullmatch(model)) is not None:
        return "aws", found["model"]
    if (found := _PUBLISHED.fullmatch(model)) is not None:
        return found["maker"] or "google", found["model"]
    provider, colon, rest = model.partition(":")
    if colon and "/" not in provider and _is_provider(provider):
        return provider, rest
    provider, slash, rest = model.partition("/")
    if slash:
        return provider, rest
    return next((maker for start, maker in _MAKERS.items() if model.startswith(start)), None), model


def _is_provider(name: str) -> bool:
    """Tell whether a provider goes by this name: tags and versions of models stand behind a colon, too."""
    try:
        get_snapshot().find_provider("", name, None)
    except LookupError:
        return False
    return True
