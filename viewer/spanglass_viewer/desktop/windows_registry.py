"""The handler of `spanglass://` on Windows: keys of the current user alone, in its registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanglass_store.links.addresses import SCHEME

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROOT = rf"Software\Classes\{SCHEME}"
_COMMAND = rf"{_ROOT}\shell\open\command"
# deepest first: a key goes only when it is empty
_KEYS = (_COMMAND, rf"{_ROOT}\shell\open", rf"{_ROOT}\shell", _ROOT)


def install_handler(command: Sequence[str], registry: Any) -> list[str]:
    """Write the keys and return them. `registry` is the module `winreg`. Raises OSError."""
    quoted = " ".join(f'"{argument}"' for argument in command)
    values = ((_ROOT, "", "URL:Spanglass"), (_ROOT, "URL Protocol", ""), (_COMMAND, "", f'{quoted} open "%1"'))
    for key, name, value in values:
        with registry.CreateKey(registry.HKEY_CURRENT_USER, key) as opened:
            registry.SetValueEx(opened, name, 0, registry.REG_SZ, value)
    return [_ROOT, _COMMAND]


def remove_handler(registry: Any) -> list[str]:
    """Delete the keys and return those that were there. Raises OSError."""
    removed: list[str] = []
    for key in _KEYS:
        try:
            registry.DeleteKey(registry.HKEY_CURRENT_USER, key)
        except FileNotFoundError:
            continue
        removed.append(key)
    return removed
