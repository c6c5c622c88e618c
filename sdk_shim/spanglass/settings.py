"""The environment variables that tune the SDK, read once."""

from __future__ import annotations

import enum
import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from spanglass import failures
from spanglass.printed_links import PrintLinks

if TYPE_CHECKING:
    from collections.abc import Mapping

Choice = TypeVar("Choice", bound=enum.Enum)
Default = TypeVar("Default", bound=enum.Enum | None)

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})


class Durability(enum.Enum):
    """When a row is safe from whatever kills the process: at once, or with the next write of many rows."""

    ROW = "row"
    BATCH = "batch"


class Settings(NamedTuple):
    """What the environment says; a value that cannot be read is the default, with a warning.

    `print_links` is None where nothing is said. The fields from `max_queue_rows` to `max_write_bytes` speak of the
    queue, which there is with BATCH and with `sync_flush` only; a `max_queue_rows` of 0 is no bound.
    """

    is_disabled: bool = False
    legacy_ids: bool = False
    max_generator_items: int = 1000
    merges_at_exit: bool = True
    print_links: PrintLinks | None = None
    durability: Durability = Durability.ROW
    sync_flush: bool = False
    max_queue_rows: int = 25_000
    drops_when_full: bool = False
    max_write_rows: int = 100
    max_write_bytes: int = 6 * 1024 * 1024
    num_retries: int = 2
    failed_payloads: Path | None = None
    all_payloads: Path | None = None

    @property
    def has_queue(self) -> bool:
        """Tell whether rows wait before they are written."""
        return self.sync_flush or self.durability is Durability.BATCH


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings that `environ` holds."""
    base = Settings()
    return Settings(
        is_disabled=_read_flag(environ, "SPANGLASS_DISABLED", base.is_disabled),
        legacy_ids=_read_flag(environ, "BRAINTRUST_LEGACY_IDS", base.legacy_ids),
        max_generator_items=_read_int(environ, "BRAINTRUST_MAX_GENERATOR_ITEMS", base.max_generator_items, -1),
        merges_at_exit=_read_flag(environ, "SPANGLASS_MERGE_AT_EXIT", base.merges_at_exit),
        print_links=_read_choice(environ, "SPANGLASS_PRINT_LINKS", PrintLinks, base.print_links),
        durability=_read_choice(environ, "SPANGLASS_DURABILITY", Durability, base.durability),
        sync_flush=_read_flag(environ, "BRAINTRUST_SYNC_FLUSH", base.sync_flush),
        max_queue_rows=_read_int(environ, "BRAINTRUST_QUEUE_SIZE", base.max_queue_rows, 0),
        drops_when_full=_read_flag(environ, "BRAINTRUST_QUEUE_DROP_WHEN_FULL", base.drops_when_full),
        max_write_rows=_read_int(environ, "BRAINTRUST_DEFAULT_BATCH_SIZE", base.max_write_rows, 1),
        max_write_bytes=_read_int(environ, "BRAINTRUST_MAX_REQUEST_SIZE", base.max_write_bytes, 1),
        num_retries=_read_int(environ, "BRAINTRUST_NUM_RETRIES", base.num_retries, 0),
        failed_payloads=_read_folder(environ, "BRAINTRUST_FAILED_PUBLISH_PAYLOADS_DIR"),
        all_payloads=_read_folder(environ, "BRAINTRUST_ALL_PUBLISH_PAYLOADS_DIR"),
    )


@functools.cache
def current_settings() -> Settings:
    """Return the settings of this process, read at the first call."""
    return read_settings(os.environ)


def _read_flag(environ: Mapping[str, str], name: str, default: bool) -> bool:
    text = environ.get(name)
    if text is None:
        return default
    if text.strip().lower() in _TRUE:
        return True
    if text.strip().lower() in _FALSE:
        return False
    failures.say_once(f"{name}={text!r} is neither 1 nor 0; {int(default)} is used.")
    return default


def _read_int(environ: Mapping[str, str], name: str, default: int, least: int) -> int:
    text = environ.get(name)
    if text is None or not text.strip():
        return default
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if value >= least:
        return value
    failures.say_once(f"{name}={text!r} is no whole number of at least {least}; {default} is used.")
    return default


def _read_choice(environ: Mapping[str, str], name: str, choices: type[Choice], default: Default) -> Choice | Default:
    text = environ.get(name)
    if text is None or not text.strip():
        return default
    try:
        return choices(text.strip().lower())
    except ValueError:
        known = " nor ".join(choice.value for choice in choices)
        used = "the default" if default is None else default.value
        failures.say_once(f"{name}={text!r} is neither {known}; {used} is used.")
        return default


def _read_folder(environ: Mapping[str, str], name: str) -> Path | None:
    text = environ.get(name)
    return Path(text).expanduser().absolute() if text else None
