"""What tracing costs: caller time, process time, memory, import and exit, beside other tracers, with marks.

Each subject runs in processes of its own, in interleaved rounds; the figures are medians over the rounds, in µs
of CPU time of the calling thread per span unless a case says otherwise. Every span records its input and its
output, and an outer span calls an inner one. Run by hand: `python tests/bench/bench_sdk.py`, or `make bench-sdk`,
which installs the peers.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from braintrust_server import running_server

ROUNDS = 3
CALLS = 2_000
BATCHES = 5
MEMORY_SPANS = 100_000
EXIT_SPANS = 2_000
PAUSES = 300
_SERVER_VARIABLES = ("BRAINTRUST_APP_URL", "BRAINTRUST_API_URL", "BRAINTRUST_PROXY_URL", "BRAINTRUST_APP_PUBLIC_URL")
SUBJECTS = {
    "spanglass": "spanglass",
    "batch": "spanglass",
    "opentelemetry": "opentelemetry.sdk.trace",
    "braintrust": "braintrust",
    "logfire": "logfire",
    "langfuse": "langfuse",
}
CASES = {
    "a": "trivial function",
    "a_process": "the same, CPU of the process",
    "b": "1 KB in and out",
    "c": "50 KB chat history in",
    "d": "async function",
    "e": "8 threads, wall",
    "f": "tracing disabled",
    "stream": "a chunk of a stream",
    "p99": "p99 of a call beside a CPU-bound thread",
    "memory": "100,000 spans, MB",
    "import": "import, ms over plain Python",
    "exit": "exit after 2,000 spans, ms over plain Python",
}
ONE_KB = {"text": "x" * 1000}
CHAT = [{"role": "user", "content": "y" * 500} for _ in range(100)]

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
# (subject, case) → a figure
Figures = dict[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Mark:
    """`subject`'s figure of `case` is to be at most `factor` times that of another subject and case, or `limit`."""

    subject: str
    case: str
    factor: float = 1.0
    other: tuple[str, str] | None = None
    limit: float | None = None

    def judge(self, figures: Figures) -> str:
        """Return one line: what was asked for, what it is, and ✓ or ✗; a ? where a peer is not installed."""
        own = figures.get((self.subject, self.case))
        base = self.limit if self.other is None else figures.get(self.other)
        against = f"{self.limit:g}" if self.other is None else f"{self.factor:.3g} × {' '.join(self.other)}"
        asked = f"{self.subject} {self.case} at most {against}"
        if own is None or base is None:
            return f"? {asked}"
        sign = "✓" if own <= self.factor * base else "✗"
        ratio = "" if self.other is None else f", {own / base:.3g} times" if base > 0 else ""
        return f"{sign} {asked}: {own:.3g}{ratio}"


BRAINTRUST_MARKS = {"a": 1 / 20, "b": 1 / 12, "c": 1 / 4, "f": 1 / 10, "import": 1 / 6, "memory": 1 / 20}
MARKS = (
    *(
        Mark("spanglass", case, factor, ("opentelemetry", case))
        for case, factor in {"a": 1 / 3, "b": 1 / 2, "c": 1.0}.items()
    ),
    Mark("batch", "a", 1 / 5, ("opentelemetry", "a")),
    Mark("batch", "b", 1 / 5, ("opentelemetry", "b")),
    Mark("spanglass", "e", 1.5, ("spanglass", "a")),
    Mark("spanglass", "f", limit=0.25),
    Mark("spanglass", "p99", limit=1000.0),
    *(Mark("spanglass", case, factor, ("braintrust", case)) for case, factor in BRAINTRUST_MARKS.items()),
    Mark("spanglass", "stream", limit=3.0),
    Mark("spanglass", "exit", limit=30.0),
)


def run(rounds: int = ROUNDS) -> Figures:
    """Return the medians of all figures, measured in fresh processes."""
    measured: dict[tuple[str, str], list[float]] = {}
    with running_server() as url:
        os.environ.update(dict.fromkeys(_SERVER_VARIABLES, url))
        for subject, module in SUBJECTS.items():
            if _is_installed(module):
                _run(subject, "-c", f"import {module}")  # from now on its bytecode is there, as on a user's machine
        for _ in range(rounds):
            _run_round(measured)
    return {key: statistics.median(values) for key, values in measured.items()}


def _run_round(measured: dict[tuple[str, str], list[float]]) -> None:
    """Measure each subject once, and add its figures."""
    plain_ms = _time_program("pass", "spanglass")
    plain_exit_ms = _time_exit("spanglass", "-c", "import time; print(time.monotonic(), flush=True)")
    for subject, module in SUBJECTS.items():
        if not _is_installed(module):
            continue
        own = (str(Path(__file__)), "--subject", subject)
        figures: dict[str, float] = {}
        # A subject that does not come to an end (one whose queue is not empty, say) has no figure there.
        with contextlib.suppress(subprocess.TimeoutExpired):
            figures |= json.loads(_run(subject, *own)[0])
        with contextlib.suppress(subprocess.TimeoutExpired):
            figures["memory"] = json.loads(_run(subject, *own, "--memory")[0])
        with contextlib.suppress(subprocess.TimeoutExpired):
            figures["exit"] = _time_exit(subject, *own, "--exit") - plain_exit_ms
        figures["import"] = _time_program(f"import {module}", subject) - plain_ms
        for case, figure in figures.items():
            measured.setdefault((subject, case), []).append(figure)


def main() -> None:
    """Print the tables, or (for the processes of the bench itself) one subject's figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subject", choices=SUBJECTS)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--exit", action="store_true")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    if options.subject and options.memory:
        print(json.dumps(measure_memory_mb(options.subject)))
    elif options.subject and options.exit:
        log_for_exit(options.subject)
    elif options.subject:
        print(json.dumps(measure(options.subject)))
    else:
        print_tables(run(options.rounds))


def print_tables(figures: Figures) -> None:
    """Print the figures as a Markdown table, and the marks below."""
    print(f"| case | {' | '.join(SUBJECTS)} |\n|---|{'---|' * len(SUBJECTS)}")
    for case, title in CASES.items():
        cells = (figures.get((subject, case)) for subject in SUBJECTS)
        print(f"| {case}: {title} | {' | '.join('' if cell is None else f'{cell:.2f}' for cell in cells)} |")
    print()
    for mark in MARKS:
        print(f"- {mark.judge(figures)}")


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
    process_start, calls_start = time.process_time_ns(), time.thread_time_ns()
    figures["a_process"] = figures["a"]
    _micros_per_span(lambda: trivial(1))
    caller_ns = time.thread_time_ns() - calls_start
    figures["a_process"] *= (time.process_time_ns() - process_start) / caller_ns
    figures["d"] = _async_micros_per_span(decorate)
    figures["e"] = _threaded_micros_per_span(lambda: trivial(1))
    if subject in {"spanglass", "batch"} and _is_installed("openai"):
        figures["stream"] = _micros_per_chunk()
    figures["p99"] = _p99_micros_beside_a_busy_thread(lambda: trivial(1))
    return figures


def measure_memory_mb(subject: str) -> float:
    """Return by how much `MEMORY_SPANS` spans in a row raise the peak of the process's memory."""
    _switch_on(subject)
    trivial = _chain(_decorator_of(subject), lambda x: x)
    trivial(1)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(MEMORY_SPANS // 2):
        trivial(number)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024


def log_for_exit(subject: str) -> None:
    """Log `EXIT_SPANS` spans and print when that was done, for the bench to see how long the exit takes."""
    _switch_on(subject)
    trivial = _chain(_decorator_of(subject), lambda x: x)
    for number in range(EXIT_SPANS // 2):
        trivial(number)
    print(time.monotonic(), flush=True)


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


def _threaded_micros_per_span(call: Callable[[], Any], thread_count: int = 8) -> float:
    """Return the wall time of all threads together per span: what is waited for counts."""

    def work() -> None:
        for _ in range(CALLS // 4):
            call()

    times: list[float] = []
    for _ in range(BATCHES):
        threads = [threading.Thread(target=work) for _ in range(thread_count)]
        start = time.perf_counter_ns()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        times.append((time.perf_counter_ns() - start) / (CALLS // 4 * thread_count * 2) / 1000)
    return statistics.median(times)


def _p99_micros_beside_a_busy_thread(call: Callable[[], Any]) -> float:
    """Return the 99th percentile of one call's time by the clock; a pause before each gives the lock away."""
    is_over = False

    def burn() -> None:
        while not is_over:
            sum(range(1000))

    thread = threading.Thread(target=burn)
    thread.start()
    times: list[float] = []
    for _ in range(PAUSES):
        time.sleep(0.001)
        start = time.perf_counter_ns()
        call()
        times.append((time.perf_counter_ns() - start) / 1000)
    is_over = True
    thread.join()
    return statistics.quantiles(times, n=100)[98]


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


def _micros_per_chunk(chunk_count: int = 2000) -> float:
    """Return what the wrapped client of `openai` adds to a chunk that its stream passes on; parsing is not ours."""
    import httpx
    import openai
    from openai.types.chat import ChatCompletionChunk

    import spanglass

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=b"data: [DONE]\n\n")

    delta = {"index": 0, "delta": {"content": "four words or so"}, "finish_reason": None}
    fields = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [delta]}
    chunks = [ChatCompletionChunk.model_validate(fields) for _ in range(chunk_count)]
    http_client = httpx.Client(transport=httpx.MockTransport(answer))
    client = spanglass.wrap_openai(openai.OpenAI(api_key="none", http_client=http_client))
    times: list[float] = []
    for _ in range(BATCHES):
        stream = client.chat.completions.create(model="m", messages=[], stream=True)
        watched: Any = stream._iterator  # ours, with the recording behind it
        watched._step = iter(chunks).__next__
        start = time.thread_time_ns()
        for _ in watched:
            pass
        watched_ns = time.thread_time_ns() - start
        start = time.thread_time_ns()
        for _ in iter(chunks):
            pass
        times.append((watched_ns - (time.thread_time_ns() - start)) / chunk_count / 1000)
    return statistics.median(times)


def _decorator_of(subject: str) -> Decorator:
    if subject in {"spanglass", "batch"}:
        import spanglass

        return spanglass.traced
    if subject == "logfire":
        import logfire

        return logfire.instrument(record_return=True)
    if subject == "langfuse":
        import langfuse

        return langfuse.observe()
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
    if subject in {"spanglass", "batch"}:
        import spanglass

        spanglass.init_logger("bench")
    elif subject == "logfire":
        import logfire

        logfire.configure(send_to_logfire=False, console=False)
    elif subject == "langfuse":
        _switch_on_langfuse()
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
    """Log in to the bench's server, which takes its rows as Braintrust's does."""
    import braintrust

    braintrust.init_logger("bench")
    assert braintrust.current_logger() is not None


def _switch_on_langfuse() -> None:
    """Have it export to nothing."""
    import langfuse
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class NoExporter(SpanExporter):
        def export(self, spans: Any) -> SpanExportResult:  # noqa: ARG002 - the interface's argument
            return SpanExportResult.SUCCESS

    langfuse.Langfuse(public_key="pk", secret_key="sk", host="http://127.0.0.1:9", span_exporter=NoExporter())  # noqa: S106 - no secret


def _run(subject: str, *arguments: str) -> tuple[str, float]:
    """Run Python for one subject; return its last line, and when it had ended (monotonic, in seconds)."""
    with tempfile.TemporaryDirectory() as folder:
        environment = _environment(subject, folder)
        command = [sys.executable, *arguments]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment, text=True, timeout=300)
        ended_secs = time.monotonic()
    return next(iter(done.stdout.splitlines()[-1:]), ""), ended_secs


def _time_exit(subject: str, *arguments: str) -> float:
    """Return how long a program goes on after the time that it prints, in ms."""
    line, ended_secs = _run(subject, *arguments)
    return (ended_secs - float(line)) * 1000


def _time_program(program: str, subject: str) -> float:
    """Return how long a program takes, in ms."""
    start_secs = time.monotonic()
    return (_run(subject, "-c", program)[1] - start_secs) * 1000


def _environment(subject: str, folder: str) -> dict[str, str]:
    return {
        **{name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "SPANGLASS_STORE": str(Path(folder) / "store"),
        "SPANGLASS_DURABILITY": "batch" if subject == "batch" else "row",
        "SPANGLASS_MERGE_AT_EXIT": "0",
        "BRAINTRUST_API_KEY": "bench",
    }


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


if __name__ == "__main__":
    main()
