"""That the Qt binding survives what every window does all the time.

PySide6 6.12.0 before Python 3.12 gives `True` and `None` back once too often with each signal, and ends the process
after some fifty; a small suite stays green with it.
"""

from __future__ import annotations

import subprocess
import sys

EMITS = 1000
SCRIPT = f"""
from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

class Told(QObject):
    flag, thing, count = Signal(bool), Signal(object), Signal(int)

    def __init__(self):
        super().__init__()
        self.heard = 0
        for signal in (self.flag, self.thing, self.count):
            signal.connect(self.hear)

    @Slot(bool)
    @Slot(object)
    @Slot(int)
    def hear(self, _value):
        self.heard += 1

application, told = QCoreApplication([]), Told()
for number in range({EMITS}):
    told.flag.emit(True)
    told.flag.emit(False)
    told.thing.emit(None)
    told.count.emit(1)
print(told.heard)
"""


def test_a_thousand_signals_leave_the_process_alive() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, str(4 * EMITS)), done.stderr
