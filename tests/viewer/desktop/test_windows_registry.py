"""The keys of the Windows registry, on a stand-in for it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from spanglass_viewer.desktop.windows_registry import install_handler, remove_handler

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = r"Software\Classes\spanglass\shell\open\command"


class Registry:
    """As `winreg`: making a key makes those above it, and one with keys below cannot be deleted."""

    HKEY_CURRENT_USER, REG_SZ = "user", 1

    def __init__(self) -> None:
        self.keys: dict[str, dict[str, str]] = {}

    @contextlib.contextmanager
    def CreateKey(self, root: str, key: str) -> Iterator[str]:  # noqa: N802 - the name in winreg
        assert root == self.HKEY_CURRENT_USER
        parts = key.split("\\")
        for length in range(3, len(parts) + 1):
            self.keys.setdefault("\\".join(parts[:length]), {})
        yield key

    def SetValueEx(self, key: str, name: str, _reserved: int, kind: int, value: str) -> None:  # noqa: N802 - as above
        assert kind == self.REG_SZ
        self.keys[key][name] = value

    def DeleteKey(self, root: str, key: str) -> None:  # noqa: N802 - as above
        assert root == self.HKEY_CURRENT_USER
        if key not in self.keys:
            raise FileNotFoundError(key)
        assert not [other for other in self.keys if other.startswith(key + "\\")]
        del self.keys[key]


def test_the_scheme_is_registered_for_this_user_and_taken_back() -> None:
    registry = Registry()
    for _ in range(2):
        install_handler([r"C:\Program Files\spanglass.exe"], registry)
    assert registry.keys[r"Software\Classes\spanglass"] == {"": "URL:Spanglass", "URL Protocol": ""}
    assert registry.keys[COMMAND] == {"": r'"C:\Program Files\spanglass.exe" open "%1"'}
    assert len(remove_handler(registry)) == 4
    assert registry.keys == {}
    assert remove_handler(registry) == []
