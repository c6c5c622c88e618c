"""What a value that is no JSON becomes: decided by its type alone, once a type.

By the type, because objects lie: a mock has every attribute, and asking it for one may run user code.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, cast

MAX_ARRAY_ITEMS = 4096
MAX_REPR_CHARS = 10_000
_BYTES_SHOWN = 64
_MAX_TYPES = 2048

Conversion = Callable[[Any], Any]

_conversions: dict[type, Conversion] = {}


def register_conversion(cls: type, convert: Conversion) -> None:
    """Convert the instances of `cls` and of its subclasses by `convert`."""
    _registered[cls] = convert
    _conversions.clear()


def convert(value: object) -> Any:
    """Return something nearer to JSON than `value`; user code that raises leaves a marker, KeyboardInterrupt passes."""
    cls = type(value)
    conversion = _conversions.get(cls)
    if conversion is None:
        if len(_conversions) >= _MAX_TYPES:
            _conversions.clear()
        conversion = _conversions[cls] = _choose_conversion(cls)
    try:
        return conversion(value)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a user's method may raise anything, SystemExit too
        return f"<{_type_name(cls)}: {type(error).__name__} while it was logged>"


def safe_repr(value: object) -> str:
    """Return the repr, cut to a bound; a marker where it raises."""
    try:
        text = repr(value)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - as above
        return f"<{_type_name(type(value))}: its repr raised {type(error).__name__}>"
    return text if len(text) <= MAX_REPR_CHARS else f"{text[:MAX_REPR_CHARS]}… ({len(text)} characters)"


def _choose_conversion(cls: type) -> Conversion:
    for base in cls.__mro__:
        if base in _registered:
            return _registered[base]
    if _is_from(cls, "numpy") and hasattr(cls, "tolist"):
        return _array_to_list
    if hasattr(cls, "model_dump") and hasattr(cls, "model_fields"):
        return _pydantic_to_dict
    if _is_from(cls, "pydantic", "__fields__") and hasattr(cls, "dict"):
        return _old_pydantic_to_dict
    if dataclasses.is_dataclass(cls):
        return _dataclass_to_dict
    return dict if issubclass(cls, Mapping) else safe_repr


def _array_to_list(value: Any) -> Any:
    if getattr(value, "size", 1) > MAX_ARRAY_ITEMS:
        return f"<{type(value).__name__} of shape {value.shape}, {value.dtype}>"
    return value.tolist()


def _pydantic_to_dict(value: Any) -> Any:
    return value.model_dump(exclude_none=True, warnings=False)


def _old_pydantic_to_dict(value: Any) -> Any:
    return value.dict(exclude_none=True)


def _dataclass_to_dict(value: Any) -> dict[str, Any]:
    """Return the fields as they are: `dataclasses.asdict` would copy attachments deeply."""
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _bytes_to_text(value: bytes | bytearray) -> str:
    if len(value) <= _BYTES_SHOWN:
        return repr(value)
    return f"{bytes(value[:_BYTES_SHOWN])!r}… ({len(value)} bytes)"


def _view_to_text(value: memoryview) -> str:
    return f"<memoryview of {value.nbytes} bytes>"


def _is_from(cls: type, package: str, attribute: str | None = None) -> bool:
    """Tell whether a class or a base of it comes from a package, without importing the package."""
    if attribute is not None and not hasattr(cls, attribute):
        return False
    return any(base.__module__.partition(".")[0] == package for base in cls.__mro__)


def _type_name(cls: type) -> str:
    return cast("str", type.__dict__["__name__"].__get__(cls))


_registered: dict[type, Conversion] = {
    bytes: _bytes_to_text,
    bytearray: _bytes_to_text,
    memoryview: _view_to_text,
    set: list,
    frozenset: list,
    tuple: list,
    deque: list,
    float: float,
}
