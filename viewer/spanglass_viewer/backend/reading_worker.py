"""What the threads that only read have in common: the store's database, and reading again where it was busy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from spanglass_store.faults import Interrupted, StoreBusy, StoreFault

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_store.database.connection import Cursor, Database

RETRY_MS = 250


class ReadingWorker(QObject):
    """Lives in its own thread; every slot is called by a queued signal, every answer goes out as one."""

    fault_raised = Signal(object)  # StoreFault

    def __init__(self) -> None:
        super().__init__()
        self._database: Database | None = None
        self._retry: QTimer | None = None
        self._waiting: dict[str, Callable[[Cursor], None]] = {}

    @Slot(object)
    def use_database(self, database: Database) -> None:
        """Take over the database of the store thread; its cursors count their users."""
        self._database = database
        self._retry = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._retry.timeout.connect(self._serve_waiting)
        self._serve_waiting()

    @Slot()
    def stop(self) -> None:
        """Ask no more; called by the worker's own thread when it ends."""
        if self._retry is not None:
            self._retry.stop()

    def serve(self, kind: str, read: Callable[[Cursor], None]) -> None:
        """Read by a cursor of its own; where the store is in use elsewhere the latest of each kind is read later."""
        self._waiting[kind] = read
        self._serve_waiting()

    @Slot()
    def _serve_waiting(self) -> None:
        if self._database is None or self._retry is None:
            return
        for kind, read in list(self._waiting.items()):
            try:
                with self._database.cursor() as cursor:
                    read(cursor)
            except Interrupted:
                return  # the window is closing
            except StoreBusy:
                self._retry.start()
                return
            except StoreFault as fault:
                self.fault_raised.emit(fault)
            del self._waiting[kind]
