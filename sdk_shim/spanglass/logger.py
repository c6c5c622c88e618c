"""The logger: spans and rows that go to the logs of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from spanglass import activity
from spanglass.container import project_logs
from spanglass.destination import Destination
from spanglass.recorder import open_recorder

if TYPE_CHECKING:
    import os


class Logger(Destination):
    """Logs to a project. Made by `init_logger`."""

    def log(  # noqa: PLR0917 - the contract's order
        self,
        input: Any = None,  # noqa: A002 - the contract's name
        output: Any = None,
        expected: Any = None,
        error: Any = None,
        tags: list[str] | None = None,
        scores: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
        metrics: dict[str, Any] | None = None,
        id: str | None = None,  # noqa: A002 - the contract's name
        allow_concurrent_with_spans: bool = False,
    ) -> str:
        """Log one row of its own: a root span without children, whatever span is current. Return its row id.

        Raises ValueError for scores, metrics, metadata or tags of the wrong shape.
        """
        del allow_concurrent_with_spans  # here rows and spans never get in each other's way
        event = {
            "input": input,
            "output": output,
            "expected": expected,
            "error": error,
            "tags": tags,
            "scores": scores,
            "metadata": metadata,
            "metrics": metrics,
            "id": id,
        }
        return self.log_root_row(event)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()


def init_logger(  # noqa: PLR0917 - the contract's order
    project: str | None = None,
    project_id: str | None = None,
    async_flush: bool = True,
    app_url: str | None = None,
    api_key: str | None = None,
    org_name: str | None = None,
    force_login: bool = False,
    set_current: bool = True,
    environment: Any = None,
    *,
    store: str | os.PathLike[str] | None = None,
) -> Logger:
    """Return a logger of the project, and make it the current one unless `set_current` is false.

    `store` names the folder that holds the traces (default: see `spanglass path`). The arguments that speak of
    accounts and servers are taken and not used: nothing here logs in to anything. A store that cannot be written
    is said once on stderr, and the program goes on untraced.
    """
    del async_flush, app_url, api_key, org_name, force_login, environment
    logger = Logger(project_logs(open_recorder(store), project, project_id))
    if set_current:
        activity.make_logger_current(logger)
    return logger
