"""The environment variables that tune the SDK, read once."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass import failures

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says; a value that cannot be read is the default, with a warning."""

    legacy_ids: bool = False
    max_generator_items: int = 1000
    merges_at_exit: bool = True


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings that `environ` holds."""
    defaults = Settings()
    return Settings(
        legacy_ids=_read_flag(environ, "BRAINTRUST_LEGACY_IDS", defaults.legacy_ids),
        max_generator_items=_read_int(environ, "BRAINTRUST_MAX_GENERATOR_ITEMS", defaults.max_generator_items, -1),
        merges_at_exit=_read_flag(environ, "SPANGLASS_MERGE_AT_EXIT", defaults.merges_at_exit),
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
