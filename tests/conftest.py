"""What every test stands on: no screen, no user's settings, no store but its own."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

# A shell that runs something behind itself has it ignore Ctrl+C, and so would the programs that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says on a shared machine what else runs there; what a test may take is pytest's to bound.
# A test that names health checks of its own takes none of these over, so those that are not wanted stand here.
_SUPPRESSED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("shared machine", deadline=None, suppress_health_check=_SUPPRESSED)
# With EXAMPLES=known they are the same at each run, where one that nobody knew yet is to be found elsewhere: `.ci/run`.
settings.register_profile("known examples", settings.get_profile("shared machine"), derandomize=True, database=None)
settings.load_profile("known examples" if os.environ.get("EXAMPLES") == "known" else "shared machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-goldens` keeps what is painted now as what is to be painted; look at the difference before."""
    parser.addoption("--update-goldens", action="store_true")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's settings, data and stores out of the tests, and the tests out of them."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
        folder = home / name.lower()
        folder.mkdir(mode=0o700)
        monkeypatch.setenv(name, str(folder))
    for name in [name for name in os.environ if name.startswith(("SPANGLASS_", "BRAINTRUST_"))]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _no_leaked_threads() -> Iterator[None]:
    """Fail where a test leaves a thread behind."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    for thread in left:
        thread.join(timeout=20)
    assert not [thread for thread in left if thread.is_alive()]


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    """A folder that can become a store."""
    return tmp_path / "store"
