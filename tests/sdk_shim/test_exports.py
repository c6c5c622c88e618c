"""What `import spanglass` offers."""

from __future__ import annotations

import types

import spanglass


def test_every_exported_name_is_there():
    for name in spanglass.__all__:
        assert getattr(spanglass, name) is not None, name


def test_every_public_name_is_exported():
    public = {
        name
        for name, value in vars(spanglass).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert public - {"annotations", "TYPE_CHECKING", "Any"} <= set(spanglass.__all__)


def test_an_unknown_name_is_an_attribute_error():
    assert not hasattr(spanglass, "wrap_everything")
