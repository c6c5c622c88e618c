"""Run the sample agent: `python -m spanglass_assets.demo [--store S] [--speed X] [--hold SECS] [--loop]`."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
from itertools import count
from typing import TYPE_CHECKING

import spanglass

from . import HOLDING_LINE, PROJECT, pace, payments, short_runs, support_agent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

_MESSAGE = "My order A-10422 came with both mugs broken. Here is the receipt. Can I have my money back?"


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line. Exits with 2 and a sentence for a wrong one."""
    parser = argparse.ArgumentParser(prog="python -m spanglass_assets.demo", description="Run the sample agent.")
    parser.add_argument("--store", metavar="FOLDER", help="the store to log to")
    parser.add_argument("--speed", type=_positive, default=1.0, metavar="X", help="run X times as fast")
    parser.add_argument(
        "--hold", type=float, default=0.0, metavar="SECS", help='keep the last span running so long ("inf": for ever)'
    )
    parser.add_argument("--loop", action="store_true", help="go on with further runs until stopped")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the agent once, or again and again with `--loop`. Returns the exit code."""
    options = parse_arguments(arguments)
    pace.set_speed(options.speed)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _on_stop)
    spanglass.init_logger(PROJECT, store=options.store)
    for name, run in iter_runs(options):
        if pace.is_stopped():
            break
        _say(name)
        run()
    spanglass.flush()
    return 0


def iter_runs(options: argparse.Namespace) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the runs of a round with their names, and round after round with `--loop`."""
    for round_number in count():
        case_number = round_number * 2 + 1
        yield "eval.case", lambda number=case_number: short_runs.grade_case(number, is_right=True)
        yield "router.dispatch", short_runs.route_message
        yield "code_review.agent", short_runs.review_code
        yield "eval.case", lambda number=case_number + 1: short_runs.grade_case(number, is_right=False)
        yield "extract_invoice", short_runs.extract_invoice
        yield "voicemail.handle", short_runs.transcribe_voicemail
        yield "support_agent.run, while the payment gateway is down", run_refused
        yield "support_agent.run", lambda: run_main(0 if options.loop else options.hold)
        if not options.loop:
            return


def run_refused() -> None:
    """Log the run in which the gateway stays down: an error that is raised again on its way up."""
    with contextlib.suppress(payments.RefundFailed):
        support_agent.run(support_agent.Case(_MESSAGE, gateway_failures=3))


def run_main(hold_secs: float) -> None:
    """Log the main run: two attempts fail, the third goes through, and the bank takes its time."""

    def settle() -> None:
        if hold_secs > 0:
            _say(HOLDING_LINE)
            pace.hold(hold_secs)

    support_agent.run(support_agent.Case(_MESSAGE, gateway_failures=2, settle=settle))


def _on_stop(_number: int, _frame: FrameType | None) -> None:
    pace.stop()


def _say(line: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(line, flush=True)


def _positive(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError("the speed must be more than 0")
    return value


if __name__ == "__main__":
    sys.exit(main())
