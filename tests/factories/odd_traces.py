"""A store with whatever can be odd about traces: to look at, and to tour through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from journal_rows import JournalWriter, root_id

if TYPE_CHECKING:
    from pathlib import Path

ODD, WIDE, KILLED, MOVED = 50, 55, 60, 61
WIDE_SPANS = 5000
PLAIN_FROM, PLAIN_TO, FAILING = 70, 310, (90, 300)  # more than a page of the list
PYTHON_ERROR = """Traceback (most recent call last):
  File "/srv/agent/payments.py", line 41, in parse_amount
    return Decimal(text)
decimal.InvalidOperation: [<class 'decimal.ConversionSyntax'>]

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/agent/refunds.py", line 12, in refund
    amount = parse_amount(order["amount"])
  File "/srv/agent/.venv/lib/python3.11/site-packages/httpx/_client.py", line 901, in send
    raise exc
ValueError: the amount is not a number: 'four'
"""
JAVASCRIPT_ERROR = """TypeError: Cannot read properties of undefined (reading 'id')
    at refund (/srv/app/refund.js:12:17)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at async handle (/srv/app/node_modules/express/lib/router.js:3:1)"""
SOURCE = [
    "def refund(order):",
    '    """Pay an order back."""',
    '    amount = order["amount"]',
    "    if amount <= 0:",
    '        raise ValueError("nothing to refund")',
    "    return amount",
]
TEXT_ERROR = "it just did not work, sorry: code 7"


def write_odd_store(store: Path) -> None:
    """Write all of it; the processes that wrote it have ended, one of them without ending its spans."""
    journal = JournalWriter(store)
    for trace in range(PLAIN_TO, PLAIN_FROM, -1):
        fields = {"error": f"ValueError: bad row {trace}"} if trace in FAILING else {}
        took = 0.4 + trace % 7
        journal.span(trace * 10_000, trace=trace, at=-60.0 * trace, after=took, name="nightly.check", **fields)
    write_odd_trace(journal)
    write_wide_trace(journal)
    _write_runs(journal)
    _write_experiments(journal)
    journal.die()
    killed = JournalWriter(store, process="22" * 16)
    killed.start(KILLED * 10_000, trace=KILLED, at=200, name="killed.run", type="task")
    killed.start(
        KILLED * 10_000 + 1, trace=KILLED, parents=(KILLED * 10_000,), at=200.5, name="killed.call", type="llm"
    )
    killed.die()


def write_odd_trace(journal: JournalWriter) -> None:
    """Write a trace with ghosts, an orphan, a cycle, two roots, clocks that differ, times that cannot be, errors."""
    root = ODD * 10_000

    def span(number: int, *parents: int, **fields: Any) -> None:
        journal.span(root + number, trace=ODD, parents=tuple(root + parent for parent in parents), **fields)

    journal.start(root, trace=ODD, name="odd.trace", type="task", input={"question": "What can be odd?"})
    span(1, 0, at=0.2, after=2, name="fetch.pages", type="tool", output={"pages": [1, 2, {"title": "a needle"}]})
    span(2, 0, at=0.3, after=2.5, name="fetch.prices", type="tool")
    span(3, 1, 2, at=2.9, after=0.5, name="join.results", metrics={"tokens": 1200, "estimated_cost": 0.0123})
    call = {"model": "gpt-4o-mini", "temperature": 0.2}
    said = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Summarise the pages, needle."}]
    used = {"prompt_tokens": 900, "completion_tokens": 300, "tokens": 1200, "time_to_first_token": 0.1}
    span(4, 3, at=3.0, after=0.3, name="chat.completions", type="llm", metadata=call, input=said, metrics=used,
         output={"role": "assistant", "content": "All is well."}, scores={"faithful": 0.92, "style": 0.4})  # fmt: skip
    span(5, 8, at=1, after=0.7, name="orphan.child", type="tool")
    span(6, 7, at=1, after=0.5, name="cycle.one")
    span(7, 6, at=1.1, after=0.5, name="cycle.two")
    span(9, 1, at=-5, after=0.5, name="before.its.parent")
    span(10, 1, at=9, after=0.5, name="after.its.parent")
    span(11, 0, at=3.5, after=-1, name="negative.duration")
    span(12, 0, at=3.6, after=0, name="no.duration", type="score")
    span(13, 0, at=4, after=1, name="refund", type="tool", error=PYTHON_ERROR)
    span(14, 13, at=4.1, after=0.8, name="parse.amount", error=PYTHON_ERROR)
    span(15, 0, at=5, after=0.2, name="render.page", error=JAVASCRIPT_ERROR)
    span(16, 0, at=5.3, after=0.2, name="shrug", error=TEXT_ERROR)
    span(17, at=6, name="second.root", type="task")
    journal.write(
        {
            "id": "row-no-start", "span_id": f"{root + 18:016x}", "root_span_id": root_id(ODD), "_is_merge": False,
            "created": "2026-11-23T14:02:15+00:00", "project_id": "p", "project_name": "tests", "log_id": "g",
            "span_parents": [f"{root:016x}"], "span_attributes": {"name": "no.start"}, "output": "no time was logged",
        }
    )  # fmt: skip
    journal.end(root, trace=ODD, after=10)


def write_moved_trace(store: Path, source: Path) -> None:
    """Write a trace that failed in a source file that was edited since: the line stands further down now."""
    before = ["# what the agent does with money", "", *SOURCE]
    line = len(before) - 1
    error = (
        "Traceback (most recent call last):\n"
        f'  File "{source}", line {line}, in refund\n    {before[line - 1].strip()}\n'
        "ValueError: nothing to refund"
    )
    source.write_text("\n".join(["import decimal", "import logging", "", *before]))
    journal = JournalWriter(store, process="33" * 16)
    journal.span(MOVED * 10_000, trace=MOVED, at=210, name="moved.line", type="task", error=error)
    journal.die()


def write_wide_trace(journal: JournalWriter, spans: int = WIDE_SPANS) -> None:
    """Write a trace of many spans, ten levels deep."""
    root = WIDE * 10_000
    journal.start(root, trace=WIDE, at=30, name="wide.load", type="task")
    above = [root] * 10
    for number in range(1, spans):
        level = number % 9
        kind = ("tool", "llm", "function", "task", "score")[number % 5]
        at, after = 30 + number / 100, (10 - level) / 4
        journal.span(
            root + number, trace=WIDE, parents=(above[level],), at=at, after=after, name=f"step.{level}", type=kind
        )
        above[level + 1] = root + number
    journal.end(root, trace=WIDE, at=30, after=spans / 100 + 3)


def _write_runs(journal: JournalWriter) -> None:
    """Write three runs of one name, the second without a step that the others have."""
    for run in (1, 2, 3):
        root = (ODD + run) * 10_000
        where = {"trace": ODD + run}
        journal.start(root, at=20 * run, name="summarize.run", type="task", input={"page": run}, **where)
        answer = f"answer {run}\nthe same line\nthe last line of {run}"
        used = {"prompt_tokens": 900 * run, "completion_tokens": 300, "tokens": 900 * run + 300}
        journal.span(root + 1, parents=(root,), at=20 * run + 0.1, after=0.5 * run, name="chat.completions", type="llm",
                     metadata={"model": "gpt-4o"}, metrics=used, output=answer, **where)  # fmt: skip
        if run != 2:
            journal.span(root + 2, parents=(root,), at=20 * run + 0.7, after=0.1, name="extra.step", **where)
        journal.end(root, at=20 * run, after=2, **where)


def _write_experiments(journal: JournalWriter) -> None:
    """Write two experiments of the same cases."""
    for number, (name, more) in enumerate((("baseline", 0.0), ("candidate", 0.15))):
        for case in range(6):
            trace = 400 + number * 10 + case
            at = 100 + number * 30 + case
            scores = {"accuracy": round(min(1.0, 0.4 + case / 10 + more), 2), "fluency": 0.9 - more}
            journal.start(trace * 10_000, trace=trace, at=at, name="eval", type="eval", experiment_id=f"e{number}",
                          experiment_name=name, scores=scores, input={"case": case}, expected="yes")  # fmt: skip
            journal.end(trace * 10_000, trace=trace, at=at, after=0.5 + case / 10, output="yes" if case % 2 else "no")
