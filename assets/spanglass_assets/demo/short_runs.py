"""Short traces beside the sample agent's, so that the list of traces looks alive."""

from __future__ import annotations

import spanglass

from . import evidence
from .language_model import Usage, complete
from .pace import spend

_DIFF = """\
--- a/refunds.py
+++ b/refunds.py
@@ -14,3 +14,4 @@ def refund(order, amount):
-    if amount > order.total:
+    if amount > order.total or amount <= 0:
         raise ValueError("the amount is out of range")
"""


def route_message() -> None:
    """Log a router that sends a message on."""
    with spanglass.start_span(name="router.dispatch", type="classifier", input="Where is my parcel?") as span:
        team = complete(
            "gpt-5-mini",
            [{"role": "system", "content": "Choose a team."}, {"role": "user", "content": "Where is my parcel?"}],
            "logistics",
            Usage(prompt=188, completion=2, cached=128, secs=0.13),
        )
        span.log(output={"team": team})


def transcribe_voicemail() -> None:
    """Log a voice message on its own."""
    with spanglass.start_span(name="voicemail.handle", type="task", metadata={"channel": "phone"}) as span:
        text = evidence.transcribe(evidence.attach("voice-message.mp3", "audio/mpeg"))
        span.log(output={"text": text, "urgency": "normal"})


def review_code() -> None:
    """Log a small code review with two passes."""
    with spanglass.start_span(name="code_review.agent", type="task", input={"diff": _DIFF}, tags=["ci"]) as span:
        remarks = [
            complete(
                "claude-sonnet-5",
                [{"role": "system", "content": f"Review for {focus}."}, {"role": "user", "content": _DIFF}],
                remark,
                Usage(prompt=940, completion=58, secs=0.16),
            )
            for focus, remark in (
                ("correctness", "The new bound is right. Add a test for an amount of 0."),
                ("style", "Nothing to say."),
            )
        ]
        span.log(output={"remarks": remarks, "verdict": "approve"})


def extract_invoice() -> None:
    """Log a run whose answer is not what was asked for: an error that the program states itself."""
    with spanglass.start_span(name="extract_invoice", type="function", input={"page": 1}) as span:
        answer = complete(
            "gpt-5-vision",
            [{"role": "user", "content": "Give me the invoice as JSON."}],
            "Here is the invoice you asked for: total 118.00",
            Usage(prompt=1_120, completion=31, secs=0.2),
        )
        span.log(error={"name": "InvalidJSON", "message": "the model answered in prose", "answer": answer})


def grade_case(number: int, *, is_right: bool) -> None:
    """One case of an evaluation with its scores."""
    with spanglass.start_span(
        name="eval.case", type="eval", input={"question": f"Case {number}: what is refunded?"}, expected="USD 42.90"
    ) as span:
        answer = complete(
            "gpt-5-mini",
            [{"role": "user", "content": "Two mugs at 12.90, gift wrap 4.10, shipping 13.00: what is refunded?"}],
            "USD 42.90" if is_right else "USD 29.90",
            Usage(prompt=64, completion=6, secs=0.1),
        )
        span.log(output=answer)
        with spanglass.start_span(name="exact_match", type="score", input={"output": answer}) as scoring:
            spend(0.01)
            scoring.log(scores={"exact_match": float(is_right)})
        span.log(scores={"exact_match": float(is_right)})
