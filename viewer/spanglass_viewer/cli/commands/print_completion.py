"""`spanglass completion`: the lines that let a shell complete our commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.cli.command import Command, ExitCode
from spanglass_viewer.cli.terminal import standard_output

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

_ZSH_READY = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }  # a bare ~/.zshrc has none yet"


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="which shell the lines are for")


def _run(options: Namespace) -> int:
    from argcomplete.shell_integration import shellcode  # noqa: PLC0415 - only this command needs it

    lines = shellcode(["spanglass"], shell=options.shell).rstrip()
    if options.shell == "zsh":
        head, rest = lines.split("\n", 1)  # `#compdef` counts in the first line alone
        lines = f"{head}\n{_ZSH_READY}\n{rest}"
    standard_output().write_line(lines)
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
