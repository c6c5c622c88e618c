"""What pytest loads at each start: two options and a fixture; the SDK only where a test or `--spanglass` wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spanglass_pytest.span_list import SpanList


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--spanglass` and `--spanglass-store`."""
    group = parser.getgroup("spanglass", "traces of LLM programs")
    group.addoption(
        "--spanglass",
        action="store_true",
        help="keep the spans of each test in a store, below a span of the test, and print the link of each that fails",
    )
    group.addoption("--spanglass-store", metavar="FOLDER", help="the store (default: the one of `spanglass path`)")


def pytest_configure(config: pytest.Config) -> None:
    """Record the tests, where it is wanted."""
    if config.getoption("--spanglass"):
        from spanglass_pytest.recording import Recording  # noqa: PLC0415 - the SDK loads only with the flag

        config.pluginmanager.register(Recording(config.getoption("--spanglass-store")), Recording.NAME)


@pytest.fixture
def spans(request: pytest.FixtureRequest) -> Iterator[SpanList]:
    """Return the spans that the test has made so far: `spans.named("answer").one().output`."""
    from spanglass_pytest.recording import Recording, capture  # noqa: PLC0415 - the SDK loads for tests that look at it

    recording = request.config.pluginmanager.get_plugin(Recording.NAME)
    if isinstance(recording, Recording):
        yield recording.list_spans()
    else:
        with capture() as captured:
            yield captured
