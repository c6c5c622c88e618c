"""Caller time of `@traced`, beside OpenTelemetry's SDK and the real `braintrust`.

Each subject runs in processes of its own, in interleaved rounds; the figures are medians over the rounds, in µs
of CPU time of the calling thread per span. Every span records its input and its output, and an outer span calls
an inner one. Run by hand: `python tests/bench/bench_sdk.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict

ROUNDS = 5
CALLS = 2_000
BATCHES = 5
SUBJECTS = {"spanglass": "spanglass", "opentelemetry": "opentelemetry.sdk", "braintrust": "braintrust"}
CASES = {
    "a": "trivial function",
    "b": "1 KB in and out",
    "c": "50 KB chat history in",
    "d": "async function",
    "f": "tracing disabled",
}
ONE_KB = {"text": "x" * 1000}
CHAT = [{"role": "user", "content": "y" * 500} for _ in range(100)]

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Row(TypedDict):
    """One case: µs per span by subject; None where a peer is not installed."""

    case: str
    title: str
    spanglass: float | None
    opentelemetry: float | None
    braintrust: float | None


def run(rounds: int = ROUNDS) -> list[Row]:
    """Return one row a case, measured in fresh processes."""
    figures: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        for subject, module in SUBJECTS.items():
            if _is_installed(module):
                for case, micros in _measure_in_process(subject).items():
                    figures.setdefault((subject, case), []).append(micros)

    def median(subject: str, case: str) -> float | None:
        values = figures.get((subject, case))
        return statistics.median(values) if values else None

    return [
        Row(
            case=case,
            title=title,
            spanglass=median("spanglass", case),
            opentelemetry=median("opentelemetry", case),
            braintrust=median("braintrust", case),
        )
        for case, title in CASES.items()
    ]


def main() -> None:
    """Print the table, or (for the processes of the bench itself) one subject's figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subject", choices=SUBJECTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    if options.subject:
        print(json.dumps(measure(options.subject)))
        return
    print("caller CPU, µs per span (in brackets: how many times ours)")
    print(f"{'case':<28}{'spanglass':>12}{'OpenTelemetry':>22}{'braintrust':>22}")
    for row in run(options.rounds):
        own = row["spanglass"] or 0.0
        peers = "".join(f"{_peer_text(row[name], own):>22}" for name in ("opentelemetry", "braintrust"))
        print(f"{row['case']} {row['title']:<26}{own:>12.2f}{peers}")


def measure(subject: str) -> dict[str, float]:
    """Measure all cases of one subject in this process."""
    disabled = _chain(_decorator_of(subject), int)
    figures = {"f": _micros_per_span(lambda: disabled(1))}
    _switch_on(subject)
    decorate = _decorator_of(subject)
    trivial, large = _chain(decorate, lambda x: x), _chain(decorate, lambda x: x)
    history = _chain(decorate, lambda _: "done")
    figures["a"] = _micros_per_span(lambda: trivial(1))
    figures["b"] = _micros_per_span(lambda: large(ONE_KB))
    figures["c"] = _micros_per_span(lambda: history(CHAT), calls=CALLS // 10)
    figures["d"] = _async_micros_per_span(decorate)
    return figures


def _chain(decorate: Decorator, body: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @decorate
    def inner(value: Any) -> Any:
        return body(value)

    @decorate
    def outer(value: Any) -> Any:
        return inner(value)

    return outer


def _micros_per_span(call: Callable[[], Any], calls: int = CALLS) -> float:
    batches: list[float] = []
    for _ in range(BATCHES):
        start = time.thread_time_ns()
        for _ in range(calls):
            call()
        batches.append((time.thread_time_ns() - start) / calls / 2 / 1000)
    return statistics.median(batches)


def _async_micros_per_span(decorate: Decorator) -> float:
    @decorate
    async def inner(value: int) -> int:
        return value

    @decorate
    async def outer(value: int) -> int:
        return await inner(value)

    async def batch() -> float:
        start = time.thread_time_ns()
        for number in range(CALLS):
            await outer(number)
        return (time.thread_time_ns() - start) / CALLS / 2 / 1000

    return statistics.median(asyncio.run(batch()) for _ in range(BATCHES))


def _decorator_of(subject: str) -> Decorator:
    if subject == "spanglass":
        import spanglass

        return spanglass.traced
    if subject == "braintrust":
        import braintrust

        return braintrust.traced
    return _opentelemetry_traced


def _opentelemetry_traced(function: Callable[..., Any]) -> Callable[..., Any]:
    """Record what `@traced` does, as one would by hand."""
    from opentelemetry import trace

    tracer = trace.get_tracer("bench")
    name = function.__name__

    if asyncio.iscoroutinefunction(function):

        async def async_wrapper(*args: Any) -> Any:
            with tracer.start_as_current_span(name) as span:
                if span.is_recording():
                    span.set_attribute("input", json.dumps(args))
                output = await function(*args)
                if span.is_recording():
                    span.set_attribute("output", json.dumps(output))
                return output

        return async_wrapper

    def wrapper(*args: Any) -> Any:
        with tracer.start_as_current_span(name) as span:
            if span.is_recording():
                span.set_attribute("input", json.dumps(args))
            output = function(*args)
            if span.is_recording():
                span.set_attribute("output", json.dumps(output))
            return output

    return wrapper


def _switch_on(subject: str) -> None:
    if subject == "spanglass":
        import spanglass

        spanglass.init_logger("bench")
    elif subject == "opentelemetry":
        _switch_on_opentelemetry()
    else:
        _switch_on_braintrust()


def _switch_on_opentelemetry() -> None:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    class NoExporter(SpanExporter):
        def export(self, spans: Any) -> SpanExportResult:  # noqa: ARG002 - the interface's argument
            return SpanExportResult.SUCCESS

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(NoExporter()))
    trace.set_tracer_provider(provider)


def _switch_on_braintrust() -> None:
    """Log in to nothing: the package's own test facility, and a background logger that drops what it gets."""
    import braintrust
    from braintrust import logger, test_helpers

    class DroppingLogger(logger._MemoryBackgroundLogger):
        def log(self, *args: Any) -> None: ...

    test_helpers.simulate_login()
    logger._state._override_bg_logger.logger = DroppingLogger()
    test_helpers.init_test_logger("bench")
    assert braintrust.current_logger() is not None


def _measure_in_process(subject: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, str(Path(__file__)), "--subject", subject],
            capture_output=True,
            check=True,
            env={
                **os.environ,
                "SPANGLASS_STORE": str(Path(folder) / "store"),
                "SPANGLASS_MERGE_AT_EXIT": "0",
                "BRAINTRUST_API_KEY": "none",
                "BRAINTRUST_APP_URL": "http://127.0.0.1:9",
                "BRAINTRUST_API_URL": "http://127.0.0.1:9",
            },
            text=True,
            timeout=300,
        )
    return json.loads(done.stdout.splitlines()[-1])


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _peer_text(micros: float | None, own: float) -> str:
    if micros is None:
        return "not installed"
    return f"{micros:.2f} ({micros / own:.1f}x)" if own else f"{micros:.2f}"


if __name__ == "__main__":
    main()
