"""The same programs on this SDK and on the real one log the same spans, but for what CONTRACT.md says differs.

Runs where the real package is installed (`pip install '.[bench]'`).
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(importlib.util.find_spec("braintrust") is None, reason="the real package is not installed"),
]

PROGRAM = Path(__file__).parent / "parity" / "cases.py"
SAME = [
    "merging", "names_and_types", "traced_functions", "generators", "errors", "times", "values", "logged_rows",
    "propagation", "places", "feedback", "masked",
]  # fmt: skip

# What names a row or a machine, and what the real SDK says of itself.
_OWN = {
    "_is_merge",
    "_stamp",
    "project_id",
    "project_name",
    "created",
    "caller_filename",
    "span_origin",
    "exec_counter",
}
_NOW = 1_500_000_000


def run(sdk: str) -> dict[str, list[dict]]:
    environment = {
        **os.environ,
        "BRAINTRUST_API_KEY": "none",
        "BRAINTRUST_APP_URL": "http://127.0.0.1:9",
        "BRAINTRUST_API_URL": "http://127.0.0.1:9",
    }
    done = subprocess.run(
        [sys.executable, str(PROGRAM), sdk], capture_output=True, check=True, text=True, env=environment, timeout=60
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def spans():
    return {sdk: run(sdk) for sdk in ("spanglass", "braintrust")}


class Comparable:
    """One SDK's spans with ids numbered in the order they appear, and times left out."""

    def __init__(self, spans):
        self._numbers = {}
        self.spans = [self._plain(span) for span in spans]

    def _plain(self, value, key=""):
        if isinstance(value, dict):
            return {name: self._plain(item, name) for name, item in sorted(value.items()) if name not in _OWN}
        if isinstance(value, list):
            plain = [self._plain(item, key) for item in value]
            return sorted(plain) if key == "tags" else plain
        if isinstance(value, float):
            return "now" if key in {"start", "end"} and value > _NOW else str(value)
        return self._plain_text(value, key) if isinstance(value, str) else value

    def _plain_text(self, text, key):
        if key in {"id", "span_id", "root_span_id", "span_parents"} and text != "given":
            return self._numbers.setdefault(text, len(self._numbers))
        if key == "error":  # without the frames, of which the real SDK's own are a part
            return [line for line in text.splitlines() if not re.match(r"[\s|+-]*(Traceback|File|$)| {4}", line)]
        return {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}.get(text, text)


@pytest.mark.parametrize("case", SAME)
def test_the_same_program_logs_the_same_spans(spans, case):
    ours, real = (sorted_keys(Comparable(spans[sdk][case]).spans) for sdk in ("spanglass", "braintrust"))
    assert ours == real


def sorted_keys(plain):
    return [json.dumps(span, sort_keys=True, indent=1) for span in plain]


def test_a_generator_left_early_is_an_error_there_and_none_here(spans):
    (ours,), (real,) = (spans[sdk]["left_early"] for sdk in ("spanglass", "braintrust"))
    assert (ours["output"], ours.get("error")) == ([1], None)
    assert "GeneratorExit" in real["error"]
    assert "output" not in real


def test_a_call_that_does_not_fit_has_the_error_of_inspect_there_and_pythons_own_here(spans):
    (ours,), (real,) = (spans[sdk]["misfit"] for sdk in ("spanglass", "braintrust"))
    assert ours["error"].endswith("nothing() takes 0 positional arguments but 1 was given\n")
    assert real["error"].endswith("TypeError: too many positional arguments\n")
