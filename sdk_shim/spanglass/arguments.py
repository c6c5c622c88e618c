"""The arguments of a traced call, by their names."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass.span import Given

_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


GIVEN_NOTHING: Given = ("}\n", None, b"")


class ArgumentNames:
    """Names the arguments of one function's calls, as `inspect.Signature.bind` does, without defaults."""

    def __init__(self, function: Callable[..., Any]) -> None:
        try:
            self._signature: inspect.Signature | None = inspect.signature(function)
        except (TypeError, ValueError):  # some functions written in C have none
            self._signature = None
        parameters = self._signature.parameters.values() if self._signature else ()
        by_position = all(parameter.kind in _BY_POSITION for parameter in parameters)
        self._names = tuple(parameter.name for parameter in parameters) if by_position else ()
        # The JSON of an `input` before a lone argument, where it has a name: two braces close it. Serialising a
        # dictionary for it takes three times as long.
        self.before_one = f',"input":{{{orjson.dumps(self._names[0]).decode()}:' if self._names else None

    def name_given(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Given:
        """Return the `input` of a row: what `bind` returns, as the value that is to be serialised and what is not."""
        bound = self.bind(args, kwargs)
        return GIVEN_NOTHING if bound is None else (',"input":', bound, b"}\n")

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any] | None:
        """Return the arguments by name, or None where they do not fit: Python says so itself at the call."""
        if not kwargs and len(args) <= len(self._names):  # binding by hand is 20 times as fast
            return dict(zip(self._names, args, strict=False))
        if self._signature is None:
            return {"args": args, **kwargs}
        try:
            return self._signature.bind(*args, **kwargs).arguments
        except TypeError:
            return None
