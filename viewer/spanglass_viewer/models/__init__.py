"""Qt models over plain data: QtCore and QtGui only."""
