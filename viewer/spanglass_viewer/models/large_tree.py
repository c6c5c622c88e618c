"""A value that lies in another process as a lazy tree: members come when their parent is unfolded, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from spanglass_viewer.format.quantities import format_many
from spanglass_viewer.format.text import one_line
from spanglass_viewer.models.json_tree import Inside, JsonRole, range_step
from spanglass_viewer.values.json_nodes import NodeKind

if TYPE_CHECKING:
    from spanglass_viewer.decoders.answers import Members
    from spanglass_viewer.models.json_tree import JsonPath

Index = QModelIndex | QPersistentModelIndex
Places = tuple[int, ...]

_KINDS = {kind.value: kind for kind in NodeKind}
_MAX_KEY_CHARS = 200


class _Part:
    """A member, or a range of its parent's members; `places` leads to what has its members, from the top down."""

    __slots__ = ("children", "count", "is_asked", "is_range", "key", "kind", "parent", "places", "preview", "row",
                 "start")  # fmt: skip

    def __init__(self, parent: _Part | None, row: int, key: str, places: Places, count: int) -> None:
        self.parent = parent
        self.row = row
        self.key = key
        self.places = places
        self.count = count  # of its members, -1 while nobody knows
        self.kind = NodeKind.CONTAINER
        self.preview = ""
        self.is_range = False
        self.start = 0  # which of the members at `places` is its first
        self.is_asked = False
        self.children: list[_Part] = []


class LargeTreeModel(QAbstractItemModel):
    """The members of one value. `members_wanted` asks for a page of them, `take_members` is told it."""

    members_wanted = Signal(object, int, int)  # Places, the first member, the one after the last

    def __init__(self, *, is_list: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = _Part(None, 0, "", (), 0)
        self._root_is_list = is_list
        self._waiting: dict[tuple[Places, int, int], list[_Part]] = {}

    def begin(self, members: int) -> None:
        """Show a value of this many members; whoever is asked for them is connected by now."""
        self._root.count = members
        self._unfold(self._root)

    def take_members(self, places: Places, start: int, stop: int, members: Members) -> None:
        """Show members that were asked for."""
        for part in self._waiting.pop((places, start, stop), []):
            if part.count < 0:  # a text that held JSON after all, or did not
                part.count = members.total
                if range_step(members.total) > 1:
                    self._add(part, self._ranges(part))
                    continue
            self._add(part, [self._member(part, row, members) for row in range(len(members.keys))])

    def index(self, row: int, column: int, parent: Index | None = None) -> QModelIndex:
        """Return the index of a part that is here."""
        part = self._part(parent)
        if column != 0 or not 0 <= row < len(part.children):
            return QModelIndex()
        return self.createIndex(row, 0, part.children[row])

    def parent(self, index: Index) -> QModelIndex:  # pyright: ignore[reportIncompatibleMethodOverride] - the stub joins Qt's two overloads of `parent`
        """Return the index of a part's parent."""
        above = self._part(index).parent if index.isValid() else None
        return QModelIndex() if above is None or above is self._root else self.createIndex(above.row, 0, above)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of parts that are here."""
        return len(self._part(parent).children)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: ARG002 - Qt's signature
        """One column: key and value share it."""
        return 1

    def hasChildren(self, parent: Index | None = None) -> bool:
        """Tell whether a part can be unfolded."""
        return self._part(parent).count != 0

    def canFetchMore(self, parent: Index) -> bool:
        """Tell whether a part's members were never asked for."""
        part = self._part(parent)
        return part.count != 0 and not part.is_asked

    def fetchMore(self, parent: Index) -> None:
        """Ask for a part's members, or make its ranges."""
        if self.canFetchMore(parent):
            self._unfold(self._part(parent))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a view or delegate asks for; see `JsonRole`. Of a value there is only its preview here."""
        if not index.isValid():
            return None
        part = self._part(index)
        key = f"[{part.key}]" if part.is_range else one_line(part.key, _MAX_KEY_CHARS)
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return f"{key}: {part.preview}"
        answers: dict[int, object] = {
            JsonRole.KEY: key, JsonRole.KIND: part.kind, JsonRole.PREVIEW: part.preview, JsonRole.VALUE: part.preview,
        }  # fmt: skip
        return self._path(part) if role == JsonRole.PATH else answers.get(role)

    def places_of(self, index: Index) -> Places:
        """Return where a part stands; of a range where its parent does."""
        return self._part(index).places

    def is_range(self, index: Index) -> bool:
        """Tell whether a part is a range of members, no value of its own."""
        return self._part(index).is_range

    def find_next(self, places: Places) -> tuple[QModelIndex, bool]:
        """Return the deepest part that is here on the way to a place, and whether it is the place itself."""
        part, depth = self._root, 0
        while depth < len(places):
            place = places[depth]
            child = next((known for known in part.children if _holds(known, place)), None)
            if child is None:
                break
            part = child
            depth += not child.is_range
        index = QModelIndex() if part is self._root else self.createIndex(part.row, 0, part)
        return index, depth == len(places)

    def _unfold(self, part: _Part) -> None:
        part.is_asked = True
        if range_step(part.count) > 1:
            self._add(part, self._ranges(part))
        elif part.count != 0:
            stop = part.start + part.count if part.count > 0 else 2**31 - 1
            self._waiting.setdefault((part.places, part.start, stop), []).append(part)
            self.members_wanted.emit(part.places, part.start, stop)

    def _add(self, part: _Part, children: list[_Part]) -> None:
        index = QModelIndex() if part is self._root else self.createIndex(part.row, 0, part)
        if not children:
            part.count = 0
            self.dataChanged.emit(index, index)
            return
        self.beginInsertRows(index, 0, len(children) - 1)
        part.children = children
        self.endInsertRows()

    def _ranges(self, part: _Part) -> list[_Part]:
        step = range_step(part.count)
        ranges: list[_Part] = []
        for row, start in enumerate(range(part.start, part.start + part.count, step)):
            count = min(step, part.start + part.count - start)
            child = _Part(part, row, f"{start} … {start + count - 1}", part.places, count)
            child.is_range, child.start, child.kind = True, start, NodeKind.RANGE
            child.preview = format_many(count, "item")
            ranges.append(child)
        return ranges

    @staticmethod
    def _member(part: _Part, row: int, members: Members) -> _Part:
        child = _Part(part, row, members.keys[row], (*part.places, part.start + row), members.counts[row])
        child.kind = _KINDS.get(members.kinds[row], NodeKind.TEXT)
        child.preview = members.previews[row]
        return child

    def _part(self, index: Index | None) -> _Part:
        if index is None or not index.isValid():
            return self._root
        part: _Part = index.internalPointer()
        return part

    def _path(self, part: _Part) -> JsonPath:
        keys: list[str | int | Inside] = []
        while part.parent is not None:
            holder = part.parent
            while holder.is_range and holder.parent is not None:
                holder = holder.parent
            if not part.is_range:
                keys.append(int(part.key) if self._is_list(holder) and part.key.isdecimal() else part.key)
                if holder.kind is NodeKind.TEXT:
                    keys.append(Inside.TEXT)
            part = holder
        return tuple(reversed(keys))

    def _is_list(self, holder: _Part) -> bool:
        if holder is self._root:
            return self._root_is_list
        # only a list is described by how many items it has; a text shows its own first character, in quotes
        return holder.preview.startswith('"[') if holder.kind is NodeKind.TEXT else not holder.preview.startswith("{")


def _holds(part: _Part, place: int) -> bool:
    if part.is_range:
        return part.start <= place < part.start + part.count
    return part.places[-1] == place
