"""The sample agent: a support desk that refunds a broken mug, without any network.

`python -m spanglass_assets.demo` runs it as a program of its own, as a user's program would run.
"""

PROJECT = "support-agent"

# `spanglass demo` waits for this line: from here on only the last spans of the main run are still running.
HOLDING_LINE = "The agent waits for the bank; its last span is still running."
