"""`spanglass demo`: the sample agent runs, and one watches it."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from spanglass_assets.demo import HOLDING_LINE
from spanglass_store.faults import StoreFault
from spanglass_store.links.addresses import SpanAddress, format_address
from spanglass_store.location import ensure_store
from spanglass_viewer.cli.command import Command, ExitCode, add_json_argument
from spanglass_viewer.cli.commands.show_trace import resolve_trace
from spanglass_viewer.cli.display import has_display
from spanglass_viewer.cli.span_tree import lay_out_tree
from spanglass_viewer.cli.stores import open_existing_store
from spanglass_viewer.cli.terminal import Terminal
from spanglass_viewer.cli.trace_tree import write_trace
from spanglass_viewer.cli.window import show_window, tell_window
from spanglass_viewer.instance.hand_over import activation_token, enter
from spanglass_viewer.instance.visit import Visit

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator

    from spanglass_store.location import StoreInfo

_AGENT = "spanglass_assets.demo"
_STOP_TIMEOUT_SECS = 5.0
_PICTURE_SIZE = 1400, 900  # by itself the window would fit the screen, which there is 800 pixels wide


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--speed", default="1", metavar="X", help="run X times as fast")
    parser.add_argument("--loop", action="store_true", help="go on with further runs while the window is open")
    parser.add_argument("--theme", choices=("dark", "light", "system"), help="the window's theme")
    parser.add_argument(
        "--picture", type=Path, metavar="FILE", help="without a display: where to save the picture of the window"
    )
    parser.add_argument("--headless", action="store_true", help="do as if there were no display")
    add_json_argument(parser, "tell as JSON which window shows what, as `open` does")


def _run(options: argparse.Namespace) -> int:
    options.store = (options.store or _default_store()).absolute()
    info = ensure_store(options.store)
    if options.headless or not has_display():
        return _run_without_display(options, info)
    doorway = enter(info.id, Visit(activation=activation_token()))
    if options.as_json:
        tell_window("reached" if doorway is None else "opened", info)
    if doorway is None:
        return _run_beside_open_window(options)
    with contextlib.closing(doorway), _running_agent(options, is_piped=False):
        return show_window(options.store, theme=options.theme, doorway=doorway)


def _run_beside_open_window(options: argparse.Namespace) -> int:
    """Log the trace to its end: the window that is open shows it."""
    agent = subprocess.run(_agent_command(options), stdin=subprocess.DEVNULL, check=False)  # noqa: S603 - our own module
    return ExitCode.OK if agent.returncode == 0 else ExitCode.FAULT


def _run_without_display(options: argparse.Namespace, info: StoreInfo) -> int:
    """Log the same trace, print its tree while its last span runs, and save a picture of the window."""
    picture = (options.picture or options.store.with_name(options.store.name + ".png")).absolute()
    told = io.StringIO() if options.as_json else sys.stdout
    terminal = Terminal(told)
    with _running_agent(options, is_piped=True) as agent:
        for line in agent.stdout or ():
            terminal.write_line(line.rstrip())
            if line.rstrip() == HOLDING_LINE:
                break
        else:
            raise StoreFault(f"The sample agent ended early, with exit code {agent.wait()}; its messages are above.")
        terminal.write_line()
        with open_existing_store(options) as store:
            root_span_id = resolve_trace(store, "latest")
            spans, [summary] = store.get_trace(root_span_id), store.list_traces_of([root_span_id])
        write_trace(terminal, lay_out_tree(spans), summary)
        terminal.write_line()
        code = show_window(options.store, theme=options.theme, size=_PICTURE_SIZE, screenshot=picture)
    if code == ExitCode.OK and options.as_json:
        tell_window("none", info, format_address(SpanAddress(root_span_id, None, info.id)), picture)
    elif code == ExitCode.OK:
        terminal.write_line(f"A picture of the window  {picture}")
        terminal.write_line(f"The store                {options.store}")
    return code


@contextlib.contextmanager
def _running_agent(options: argparse.Namespace, *, is_piped: bool) -> Generator[subprocess.Popen[str]]:
    """Run the agent beside the window, as a program of its own; it ends with the block."""
    command = _agent_command(options)
    command += ["--loop"] if options.loop and not is_piped else ["--hold", "inf"]
    stdout = subprocess.PIPE if is_piped else None
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, text=True) as agent:  # noqa: S603 - our own module
        try:
            yield agent
        finally:
            agent.terminate()
            try:
                agent.wait(_STOP_TIMEOUT_SECS)
            except subprocess.TimeoutExpired:
                agent.kill()


def _agent_command(options: argparse.Namespace) -> list[str]:
    return [sys.executable, "-m", _AGENT, "--store", str(options.store), "--speed", options.speed]


def _default_store() -> Path:
    import platformdirs  # noqa: PLC0415 - only where no store is named

    return platformdirs.user_data_path("spanglass", appauthor=False) / "demo"


COMMAND = Command(
    name="demo",
    help="run a sample agent and watch its trace",
    configure=_configure,
    run=_run,
    examples=("spanglass demo", "spanglass demo --loop --speed 2", "spanglass demo --headless --picture window.png"),
)
