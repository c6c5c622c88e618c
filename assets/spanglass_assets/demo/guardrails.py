"""Checks of a reply before it goes out: three at once, each in a thread."""

from __future__ import annotations

from typing import Any

import spanglass

from .language_model import Usage, complete
from .pace import spend


@spanglass.traced(name="pii_scan", type="function")
def scan_for_personal_data(text: str) -> dict[str, Any]:
    """Look for what must not leave the house."""
    spend(0.12)
    return {"is_clean": "4111" not in text, "found": []}


@spanglass.traced(name="tone_check", type="function")
def check_tone(text: str) -> dict[str, Any]:
    """Ask a model whether the reply is friendly."""
    verdict = complete(
        "gpt-5-mini",
        [
            {"role": "system", "content": "Rate the tone of a support reply: friendly, neutral or harsh."},
            {"role": "user", "content": text},
        ],
        "friendly",
        Usage(prompt=212, completion=2, cached=128, secs=0.23),
    )
    return {"tone": verdict}


@spanglass.traced(name="policy_check", type="function")
def check_policy(text: str) -> dict[str, Any]:
    """Hold the reply against the refund policy."""
    verdict = complete(
        "gpt-5-mini",
        [
            {"role": "system", "content": "Does the reply keep to refund policy 12? Answer <yes/> or <no/>."},
            {"role": "user", "content": text},
        ],
        "<yes/> The date is not earlier than five working days.",
        Usage(prompt=426, completion=14, cached=256, secs=0.29),
    )
    return {"keeps_policy": verdict.startswith("<yes/>")}


def check_reply(text: str) -> spanglass.Span:
    """Run all checks side by side and return the ended span that holds them."""
    with (
        spanglass.start_span(name="guardrails", type="task", input=text, metadata={"checks": 3}) as span,
        spanglass.TracedThreadPoolExecutor(max_workers=3, thread_name_prefix="guardrail") as pool,
    ):
        checks = {
            "pii": pool.submit(scan_for_personal_data, text),
            "tone": pool.submit(check_tone, text),
            "policy": pool.submit(check_policy, text),
        }
        span.log(output={name: check.result() for name, check in checks.items()})
    return span
