"""Exporting the open trace: asks where to, and has `spanglass export` write it, in a process beside the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from spanglass_viewer.desktop.own_command import own_command
from spanglass_viewer.format.text import file_name, one_line
from spanglass_viewer.widgets.problem_box import say_problem

if TYPE_CHECKING:
    from spanglass_viewer.panes.trace_pane import TracePane

_FORMATS = {".zip": "bundle", ".jsonl": "jsonl", ".md": "markdown"}
_FILTERS = ("A bundle with the attachments (*.zip)", "JSON lines, a span a line (*.jsonl)", "Markdown to read (*.md)")
_MOST_NAME_CHARS = 60


class TraceExporting(QObject):
    """Writes one trace at a time; `notice_given` says what became of it."""

    notice_given = Signal(str)

    def __init__(self, store: Path, trace_pane: TracePane, window: QWidget) -> None:
        super().__init__(window)
        self._store = store
        self._trace_pane = trace_pane
        self._window = window
        self._target = Path()
        self._writing = QProcess(self)
        self._writing.finished.connect(self._on_finished)
        self._writing.errorOccurred.connect(self._on_error)

    def open(self) -> None:
        """Ask for a file, and write the open trace into it; its ending says in which format."""
        snapshot = self._trace_pane.snapshot
        if snapshot is None:
            self.notice_given.emit("No trace is open. Nothing was exported")
            return
        if self._writing.state() is not QProcess.ProcessState.NotRunning:
            self.notice_given.emit(f"{self._target.name} is still being written")
            return
        name = file_name(snapshot.name_of(snapshot.root_span), _MOST_NAME_CHARS) or "trace"
        proposed = str(Path.home() / f"{name}.zip")
        chosen, kind = QFileDialog.getSaveFileName(self._window, "Export the trace", proposed, ";;".join(_FILTERS))
        if chosen:
            self._write(snapshot.root_span_id, _with_ending(Path(chosen), kind))

    def stop(self) -> None:
        """End what is still being written; a file that was there stays as it was."""
        self._writing.blockSignals(True)
        self._writing.kill()
        self._writing.waitForFinished()

    def _write(self, root_span_id: str, target: Path) -> None:
        self._target = target
        program, *arguments = own_command()
        wanted = ("--store", str(self._store), "--format", _FORMATS[target.suffix.lower()], "-o", str(target))
        self._writing.start(program, [*arguments, "export", root_span_id, *wanted])
        self.notice_given.emit(f"Exporting to {one_line(target.name, _MOST_NAME_CHARS)}…")

    def _on_finished(self, code: int, _status: object) -> None:
        said = bytes(self._writing.readAllStandardError().data()).decode(errors="replace").strip()
        if code == 0:
            self.notice_given.emit(f"Exported to {one_line(self._target.name, _MOST_NAME_CHARS)}")
        else:
            said = said.splitlines()[-1] if said else "The program that writes it ended too early."
            self._say(f"The trace was not exported. The store is unchanged.\n\n{said}")

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:  # of all others `finished` tells
            program = own_command()[0]
            reason = "It cannot be run" if Path(program).exists() else "It is no longer there"
            self._say(
                "The trace was not exported, as the program that writes it did not start. The store is unchanged. "
                "If Spanglass was moved or updated meanwhile, start it anew and export again.\n\n"
                f"{reason}: {program}",
            )

    def _say(self, sentence: str) -> None:
        self.notice_given.emit("The trace was not exported")  # the bar says still that it is on its way
        say_problem(self._window, sentence)


def _with_ending(target: Path, kind: str) -> Path:
    """Return the file with an ending that names a format: what was chosen beside the name, where it has none."""
    if target.suffix.lower() in _FORMATS:
        return target
    wanted = next((ending for ending in _FORMATS if f"*{ending}" in kind), ".zip")
    return target.with_name(target.name + wanted)
