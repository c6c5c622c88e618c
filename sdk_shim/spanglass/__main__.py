"""`python -m spanglass run script.py [args]`: run a program that says `import braintrust` on this SDK.

The program runs in a plain interpreter that finds our `braintrust` before any other, so that its arguments,
`__main__`, tracebacks and exit code are those of a plain run, and the Python processes that it starts see the same.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ALIAS_FOLDER = Path(__file__).parent / "alias"

USAGE = """usage: python -m spanglass run script.py [args]
       python -m spanglass run -m module [args]

Run a Python program in which `import braintrust` is spanglass."""
_WRONG_ARGUMENTS = 2


def main(arguments: list[str]) -> int:
    """Run the program that the arguments name; return its exit code where the platform lets us come back."""
    if arguments[:1] in (["-h"], ["--help"]):
        print(USAGE)  # noqa: T201 - printing is what a command line does
        return 0
    if arguments[:1] != ["run"] or not arguments[1:]:
        print(USAGE, file=sys.stderr)  # noqa: T201 - as above
        return _WRONG_ARGUMENTS
    if sys.flags.ignore_environment:
        print("python -I and -E hide what `run` tells the program; leave them out.", file=sys.stderr)  # noqa: T201 - as above
        return _WRONG_ARGUMENTS
    command = [sys.executable, *_interpreter_options(), *arguments[1:]]
    path = os.pathsep.join(filter(None, [str(ALIAS_FOLDER), os.environ.get("PYTHONPATH", "")]))
    environment = {**os.environ, "PYTHONPATH": path}
    if os.name == "posix":  # its signals, its terminal and its exit are the program's own
        os.execve(sys.executable, command, environment)  # noqa: S606 - the user's own program
    return run_as_child(command, environment)


def run_as_child(command: list[str], environment: dict[str, str]) -> int:
    """Run the program where a process cannot become it; return its exit code."""
    with subprocess.Popen(command, env=environment) as program:  # noqa: S603 - the user's own program
        while True:
            try:
                return program.wait()
            except KeyboardInterrupt:  # the program has had it too, and decides
                continue


def _interpreter_options() -> list[str]:
    """Return what stood before `-m spanglass`, such as `-X dev`."""
    options = sys.orig_argv[1:]
    return options[: options.index("-m")] if "-m" in options else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
