"""What is being logged to: the current experiment and logger, over contexts and threads."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

from spanglass.settings import current_settings

if TYPE_CHECKING:
    from spanglass.container import Container
    from spanglass.experiment import Experiment
    from spanglass.logger import Logger

# False until something could be recorded at all: it makes a decorator without a logger cost next to nothing. Made
# true by `switch_on` alone.
is_on = False

_logger: ContextVar[Logger | None] = ContextVar("spanglass_logger", default=None)
_experiment: ContextVar[Experiment | None] = ContextVar("spanglass_experiment", default=None)
# A thread starts with an empty context: it sees what was made current last.
_last_logger: Logger | None = None
_last_experiment: Experiment | None = None


def current_logger() -> Logger | None:
    """Return the logger made current in this context, else the last one made current anywhere."""
    return _logger.get() or _last_logger


def current_experiment() -> Experiment | None:
    """Return the experiment made current in this context, else the last one made current anywhere."""
    return _experiment.get() or _last_experiment


def current_container() -> Container | None:
    """Return what a root span is logged to: the current experiment, else the current logger, else nothing."""
    holder = _experiment.get() or _last_experiment or _logger.get() or _last_logger
    return None if holder is None else holder.container


def switch_on() -> None:
    """Record from now on, unless `SPANGLASS_DISABLED` forbids it."""
    global is_on  # noqa: PLW0603 - of the whole process
    is_on = not current_settings().is_disabled


def make_logger_current(logger: Logger) -> None:
    """Let spans go to this logger."""
    global _last_logger  # noqa: PLW0603 - the process-wide fallback is the point
    _logger.set(logger)
    _last_logger = logger
    switch_on()


def make_experiment_current(experiment: Experiment) -> None:
    """Let spans go to this experiment."""
    global _last_experiment  # noqa: PLW0603 - as above
    _experiment.set(experiment)
    _last_experiment = experiment
    switch_on()


def forget_all() -> None:
    """Log to nothing any more, as a process that has just started."""
    restore(Activity())


class Activity(NamedTuple):
    """All that this module knows."""

    is_on: bool = False
    logger: Logger | None = None
    experiment: Experiment | None = None
    last_logger: Logger | None = None
    last_experiment: Experiment | None = None


def leave() -> Activity:
    """Log to nothing any more, and return what `restore` needs."""
    left = Activity(is_on, _logger.get(), _experiment.get(), _last_logger, _last_experiment)
    forget_all()
    return left


def restore(left: Activity) -> None:
    """Log again to what was left."""
    global is_on, _last_logger, _last_experiment
    is_on, logger, experiment, _last_logger, _last_experiment = left
    _logger.set(logger)
    _experiment.set(experiment)
