"""`spanglass completion`: the lines that let a shell complete our commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.cli.command import Command, ExitCode
from spanglass_viewer.cli.terminal import standard_output

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="which shell the lines are for")


def _run(options: Namespace) -> int:
    from argcomplete.shell_integration import shellcode  # noqa: PLC0415 - only this command needs it

    standard_output().write_line(shellcode(["spanglass"], shell=options.shell).rstrip())
    return ExitCode.OK


COMMAND = Command(
    name="completion",
    help="print what makes bash, zsh or fish complete commands, options, traces and filters",
    configure=_configure,
    run=_run,
    examples=(
        """echo 'eval "$(spanglass completion bash)"' >> ~/.bashrc""",
        """echo 'eval "$(spanglass completion zsh)"' >> ~/.zshrc""",
        "spanglass completion fish > ~/.config/fish/completions/spanglass.fish",
    ),
)
