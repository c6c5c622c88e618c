"""The sample agent: a support desk that refunds a broken mug, without any network.

`python -m spanglass_assets.demo` runs it as a program of its own, as a user's program would run.
"""
