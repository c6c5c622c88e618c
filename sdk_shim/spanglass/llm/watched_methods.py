"""A method of one object, watched: the object's class is exchanged for a subclass of the same name.

A function set on the object itself would have to hold the object: a cycle that keeps a dropped response, and its
connection, until the next garbage collection; and a weak reference is dead by the time the object's own generators
close it.
"""

from __future__ import annotations

import functools
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_BEFORE = "_spanglass_before_"
_AFTER = "_spanglass_after_"


def watch_method(
    target: Any,
    name: str,
    *,
    before: Callable[[], None] | None = None,
    after: Callable[[Any], Any] | None = None,
) -> None:
    """Have a method of `target` call `before` first, and return what `after` makes of its result."""
    setattr(target, _BEFORE + name, before)
    setattr(target, _AFTER + name, after)
    kind: type[Any] = target.__class__
    target.__class__ = _watched_class(kind, name)


@functools.lru_cache(64)
def _watched_class(kind: type[Any], name: str) -> type[Any]:
    method = getattr(kind, name)

    @functools.wraps(method)
    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        before: Callable[[], None] | None = getattr(self, _BEFORE + name)
        after: Callable[[Any], Any] | None = getattr(self, _AFTER + name)
        if before is not None:
            before()
        result = method(self, *args, **kwargs)
        return result if after is None else after(result)

    namespace = {name: watched, "__module__": kind.__module__, "__qualname__": kind.__qualname__}
    return types.new_class(kind.__name__, (kind,), exec_body=lambda body: body.update(namespace))
