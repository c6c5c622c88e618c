from __future__ import annotations

import subprocess
import sys

import pytest

from spanglass_viewer.backend.heap import (
    _find_library,  # pyright: ignore[reportPrivateUsage] - nobody else needs to know
)

_CHURN = """
import resource, sys
import numpy as np
from spanglass_viewer.backend.heap import give_memory_back, keep_freed_memory

def count_faults(rounds):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(rounds):
        held = [np.ones(3_000_000, np.int8) for _ in range(20)]
        del held
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

if sys.argv[1] == "keep":
    keep_freed_memory()
count_faults(1)
faults = count_faults(5)
give_memory_back()
print(faults)
"""


def _count_faults(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", _CHURN, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(_find_library() is None, reason="this system's library is left alone")
def test_what_is_freed_is_used_again() -> None:
    assert _count_faults("keep") * 10 < _count_faults("as it is")
