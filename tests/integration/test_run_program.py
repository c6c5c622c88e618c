"""`python -m spanglass run`: an unmodified program that says `import braintrust`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from spanglass.__main__ import run_as_child

pytestmark = pytest.mark.integration

FACTS = """
import json, sys
import __main__
print(json.dumps([sys.argv, __name__, __main__.__file__, __main__.__spec__ is None, sys.path[0], sys.flags.dev_mode]))
"""


@pytest.fixture
def run(tmp_path, store_path):
    """Write a program, and run it in a plain interpreter or through `run`."""

    def run_program(text, *arguments, through=("-m", "spanglass", "run"), options=(), name="program.py", **more):
        (tmp_path / "program.py").write_text(text)
        environment = {**os.environ, "SPANGLASS_STORE": str(store_path), "SPANGLASS_MERGE_AT_EXIT": "0"}
        command = [sys.executable, *options, *through, *([name] if name else []), *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60, **more
        )

    return run_program


@pytest.mark.parametrize(
    "text",
    [
        FACTS,
        "import sys; sys.exit(7)",
        "raise SystemExit('said at the end')",
        "def f(): raise KeyError('x')\nf()",
        "def f(:",
        "import sys; print(sys.stdin.read().upper())",
        "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
        "import atexit; atexit.register(print, 'bye'); print('hello')",
    ],
    ids=["facts", "exit", "exit text", "traceback", "syntax", "stdin", "signal", "atexit"],
)
def test_a_program_sees_a_plain_run(run, text):
    plain, ours = (
        run(text, "--flag", "a b", through=through, input="in") for through in ((), ("-m", "spanglass", "run"))
    )
    assert (ours.returncode, ours.stdout, ours.stderr) == (plain.returncode, plain.stdout, plain.stderr)


def test_options_of_the_interpreter_are_passed_on(run):
    facts = json.loads(run(FACTS, options=["-X", "dev", "-W", "error"]).stdout)
    assert facts[-1] is True


def test_a_module_runs_too(run):
    ours = run(FACTS, "-m", "program", "x", name=None)
    assert json.loads(ours.stdout)[0][1:] == ["x"]


def test_a_missing_script_is_said_by_python(run):
    ours = run("", through=("-m", "spanglass", "run"), name="nowhere.py")
    assert ours.returncode == 2
    assert "nowhere.py" in ours.stderr


def test_braintrust_is_this_sdk(run, store_path):
    done = run(
        """
import braintrust
import spanglass
from braintrust import Attachment, current_span, init_logger
from braintrust.logger import Span
from braintrust.oai import wrap_openai
from braintrust.span_types import SpanTypeAttribute

assert Attachment is spanglass.Attachment and Span is spanglass.Span and wrap_openai is braintrust.wrap_openai
assert current_span is spanglass.current_span
assert set(braintrust.__all__) == set(spanglass.__all__)
braintrust.init_logger("aliased")
with braintrust.start_span(name="s", type=SpanTypeAttribute.TOOL) as span:
    assert isinstance(span, Span)
assert not hasattr(braintrust, "Eval")
"""
    )
    assert (done.returncode, done.stderr) == (0, "")
    (segment,) = (store_path / "journal").iterdir()
    assert '"name":"s","type":"tool"' in segment.read_text()


def test_python_processes_of_the_program_see_the_same(run):
    done = run(
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import braintrust; print(braintrust.init)'])"
    )
    assert "function init" in done.stdout


def test_an_interrupt_reaches_the_program_itself(tmp_path):
    program = tmp_path / "waits.py"
    program.write_text(
        "import time\ntry:\n  print('up', flush=True)\n  time.sleep(60)\nexcept KeyboardInterrupt:\n  print('stopped')"
    )
    command = [sys.executable, "-m", "spanglass", "run", str(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout.readline() == "up\n"
        running.send_signal(signal.SIGINT)
        assert running.communicate(timeout=30)[0] == "stopped\n"
    assert running.returncode == 0


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["walk"], 2), (["run"], 2), (["--help"], 0)])
def test_misuse_prints_how_to_use_it(run, arguments, code):
    done = run("", *arguments, through=("-m", "spanglass"), name=None)
    assert done.returncode == code
    assert "usage: python -m spanglass run script.py" in done.stdout + done.stderr


@pytest.mark.parametrize("option", ["-I", "-E"])
def test_an_interpreter_that_would_not_listen_is_refused(run, option):
    done = run("", options=[option])
    assert done.returncode == 2
    assert "leave them out" in done.stderr


def test_where_a_process_cannot_become_the_program_it_runs_as_a_child():
    program = "import os, sys; sys.exit(int(os.environ['CODE']))"
    assert run_as_child([sys.executable, "-c", program], {**os.environ, "CODE": "7"}) == 7
