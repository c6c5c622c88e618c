"""A JSON value as a lazy tree: a node exists once its parent was unfolded, and never before."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from spanglass_viewer.format.quantities import format_many
from spanglass_viewer.format.text import one_line
from spanglass_viewer.values.decode import AT_ONCE_CHARS, NotJson, decode_json
from spanglass_viewer.values.json_nodes import NodeKind, kind_of_value, preview_value, seems_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spanglass_viewer.values.decode import JsonValue

Index = QModelIndex | QPersistentModelIndex


class Inside(enum.Enum):
    """The step of a path that leads from a text into the JSON written in it."""

    TEXT = "text"


JsonPath = tuple[str | int | Inside, ...]

# more members than this are put into ranges, so that unfolding a list of a million costs a thousand nodes
GROUP_SIZE = 1000


class JsonRole(enum.IntEnum):
    """What the model says of a node beyond Qt's own roles."""

    KEY = Qt.ItemDataRole.UserRole + 1  # str: the name before the colon, "" at the root
    KIND = Qt.ItemDataRole.UserRole + 2  # NodeKind
    PREVIEW = Qt.ItemDataRole.UserRole + 3  # str: the value in one line, cut
    VALUE = Qt.ItemDataRole.UserRole + 4  # JsonValue, whole
    PATH = Qt.ItemDataRole.UserRole + 5  # JsonPath


class _Node:
    """A value, or a range of a large container's members (`start`, `stop`).

    `held` is what has the members: the value, or the JSON written in a text, which is read when it is first unfolded.
    """

    __slots__ = ("children", "held", "is_packed", "is_range", "key", "parent", "row", "start", "stop", "value")

    def __init__(
        self, key: str | int, value: JsonValue, parent: _Node | None, row: int, *, is_range: bool = False
    ) -> None:
        self.key = key
        self.value = value
        self.parent = parent
        self.row = row
        self.is_range = is_range
        self.held = value if isinstance(value, dict | list) else None
        self.is_packed = isinstance(value, str) and len(value) <= AT_ONCE_CHARS and seems_json(value)
        self.start = 0
        self.stop = len(self.held) if self.held is not None else 0
        self.children: list[_Node] | None = None

    def unpack(self) -> None:
        """Read the JSON written in a text; a text that turns out to be none has no members."""
        if not self.is_packed or self.held is not None or not isinstance(self.value, str):
            return
        try:
            found = decode_json(self.value)
        except NotJson:
            found = None
        self.held = found if isinstance(found, dict | list) else None
        self.is_packed = self.held is not None
        self.stop = len(self.held) if self.held is not None else 0

    def may_unfold(self) -> bool:
        """Tell whether there seem to be members, without reading anything."""
        return self.child_count_known() > 0 if self.held is not None or not self.is_packed else True

    def child_count(self) -> int:
        self.unpack()
        return self.child_count_known()

    def child_count_known(self) -> int:
        members = self.stop - self.start
        step = range_step(members)
        return members if step == 1 else -(-members // step)

    def unfold(self) -> list[_Node]:
        """Return the children, made at the first call."""
        if self.children is None:
            self.unpack()
            step = range_step(self.stop - self.start)
            self.children = self._members() if step == 1 else self._ranges(step)
        return self.children

    def _members(self) -> list[_Node]:
        if isinstance(self.held, dict):
            named: Sequence[tuple[str | int, JsonValue]] = list(self.held.items())[self.start : self.stop]
        elif isinstance(self.held, list):
            named = list(enumerate(self.held[self.start : self.stop], self.start))
        else:
            return []
        return [_Node(key, value, self, row) for row, (key, value) in enumerate(named)]

    def _ranges(self, step: int) -> list[_Node]:
        ranges: list[_Node] = []
        for row, start in enumerate(range(self.start, self.stop, step)):
            stop = min(start + step, self.stop)
            node = _Node(f"{start} … {stop - 1}", self.held, self, row, is_range=True)
            node.start, node.stop = start, stop
            ranges.append(node)
        return ranges


class JsonTreeModel(QAbstractItemModel):
    """One value; its members are the top rows. A scalar is one row."""

    def __init__(self, value: JsonValue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        is_container = isinstance(value, dict | list)
        self._root = _Node("", value if is_container else [value], None, 0)

    def index(self, row: int, column: int, parent: Index | None = None) -> QModelIndex:
        """Return the index of a child."""
        node = self._node(parent)
        if column != 0 or not 0 <= row < node.child_count():
            return QModelIndex()
        return self.createIndex(row, 0, node.unfold()[row])

    def parent(self, index: Index) -> QModelIndex:  # pyright: ignore[reportIncompatibleMethodOverride] - the stub joins Qt's two overloads of `parent`
        """Return the index of a node's parent."""
        above = self._node(index).parent if index.isValid() else None
        if above is None or above is self._root:
            return QModelIndex()
        return self.createIndex(above.row, 0, above)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of members (or ranges of members)."""
        return self._node(parent).child_count()

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: ARG002 - Qt's signature
        """One column: key and value share it."""
        return 1

    def hasChildren(self, parent: Index | None = None) -> bool:
        """Tell whether a node can be unfolded, without unfolding it."""
        return self._node(parent).may_unfold()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a view or delegate asks for; see `JsonRole`."""
        if not index.isValid():
            return None
        node = self._node(index)
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return f"{_shown_key(node)}: {_preview(node)}"
        answers = {JsonRole.KEY: _shown_key, JsonRole.KIND: _kind, JsonRole.PREVIEW: _preview, JsonRole.PATH: _path}
        if role == JsonRole.VALUE:
            return node.value
        answer = answers.get(JsonRole(role)) if role in _ROLES else None
        return answer(node) if answer is not None else None

    def find_path(self, path: JsonPath) -> QModelIndex:
        """Return the index of the value at a path, through whatever ranges; invalid where there is none."""
        node = self._root
        for key in path:
            if isinstance(key, Inside):
                continue
            found = _child_at(node, key)
            if found is None:
                return QModelIndex()
            node = found
        return self.createIndex(node.row, 0, node) if node is not self._root else QModelIndex()

    def _node(self, index: Index | None) -> _Node:
        if index is None or not index.isValid():
            return self._root
        node: _Node = index.internalPointer()
        return node


_ROLES = frozenset(JsonRole)


def range_step(members: int) -> int:
    """Return how many members a range of this many takes: 1 where they need no ranges."""
    step = 1
    while members > step * GROUP_SIZE:
        step *= GROUP_SIZE
    return step


def _child_at(node: _Node, key: str | int) -> _Node | None:
    for child in node.unfold():
        if child.is_range:
            position = key if isinstance(key, int) else _position(node.held, key)
            if child.start <= position < child.stop:
                return _child_at(child, key)
        elif child.key == key:
            return child
    return None


def _position(value: JsonValue, key: str) -> int:
    return list(value).index(key) if isinstance(value, dict) and key in value else -1


def _shown_key(node: _Node) -> str:
    return f"[{node.key}]" if node.is_range else one_line(str(node.key), 200)


def _kind(node: _Node) -> NodeKind:
    return NodeKind.RANGE if node.is_range else kind_of_value(node.value)


def _preview(node: _Node) -> str:
    return format_many(node.stop - node.start, "item") if node.is_range else preview_value(node.value)


def _path(node: _Node) -> JsonPath:
    keys: list[str | int | Inside] = []
    while node.parent is not None:
        if not node.is_range:
            keys.append(node.key)
        node = node.parent
        if node.is_packed and not node.is_range:
            keys.append(Inside.TEXT)
    return tuple(reversed(keys))
