"""Which of the processes that logged still live; the open spans of those that are gone count as interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.database.statements import query

if TYPE_CHECKING:
    from spanglass_store.database.connection import Cursor


class LivingProcesses:
    """Follows one merge. What it returns are the root_span_ids of the spans that a change has marked."""

    def __init__(self, cursor: Cursor) -> None:
        self._pids: dict[str, int] = dict(cursor.rows(query("list_living_processes")))

    def __contains__(self, process: object) -> bool:
        return process in self._pids

    def list_ended(self, pids: set[int]) -> list[str]:
        """Return the processes whose pid has no segment left, by the pids that have one."""
        return [process for process, pid in self._pids.items() if pid not in pids]

    def greet(self, cursor: Cursor, process: str, pid: int, note: str) -> list[str]:
        """Count a process among the living; one that was taken for dead has its open spans back."""
        if process in self._pids:
            return []
        self._pids[process] = pid
        if cursor.row(query("find_process"), {"process": process}) is None:
            cursor.append("processes", [(process, pid, False, note)])
            return []
        cursor.rows(query("end_processes"), {"processes": [process], "has_ended": False})
        return _mark_open_spans(cursor, [process], is_interrupted=False)

    def end(self, cursor: Cursor, processes: list[str]) -> list[str]:
        """Mark the open spans of processes that are gone: all at once, a statement each took 2 ms a process."""
        for process in processes:
            del self._pids[process]
        cursor.rows(query("end_processes"), {"processes": processes, "has_ended": True})
        return _mark_open_spans(cursor, processes, is_interrupted=True)


def _mark_open_spans(cursor: Cursor, processes: list[str], *, is_interrupted: bool) -> list[str]:
    marked = cursor.rows(query("interrupt_spans"), {"processes": processes, "is_interrupted": is_interrupted})
    return [root_span_id for (root_span_id,) in marked]
