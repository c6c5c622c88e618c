"""The payment gateway, which times out now and then."""

from __future__ import annotations

from typing import Any

import spanglass

from .pace import spend

ANSWER_WITHIN_MS = 1_300


class GatewayTimeout(Exception):  # noqa: N818 - named as gateways name it
    """The gateway did not answer in time; `status` is its HTTP status."""

    def __init__(self, method: str, path: str) -> None:
        """Say which request was left without an answer."""
        super().__init__(f"504 {method} {path} did not answer within {ANSWER_WITHIN_MS} ms")
        self.status = 504


class RefundFailed(Exception):  # noqa: N818 - a fact of the business, not a bug
    """No attempt got the refund through."""


def refund_with_retries(order_id: str, amount: float, failures: int, attempts: int = 3) -> dict[str, Any]:
    """Refund an order; the gateway fails the first `failures` attempts.

    Raises RefundFailed, from the last GatewayTimeout, after `attempts` failed attempts.
    """
    for attempt in range(1, attempts + 1):
        try:
            return _refund(order_id, amount, attempt, is_down=attempt <= failures)
        except GatewayTimeout as timeout:
            if attempt == attempts:
                raise RefundFailed(f"order {order_id} was not refunded after {attempts} attempts") from timeout
            spend(0.06 * 2**attempt)
    raise AssertionError("attempts must be at least 1")


def _refund(order_id: str, amount: float, attempt: int, *, is_down: bool) -> dict[str, Any]:
    request = {"order_id": order_id, "amount": amount, "currency": "USD", "reason": "damaged on arrival"}
    with spanglass.start_span(
        name="payments.refund",
        type="tool",
        input={**request, "evidence": ["receipt.jpg"]},
        metadata={"attempt": attempt, "idempotency_key": f"refund-{order_id}"},
    ) as span:
        answer = _post("/refunds", request, is_down=is_down)
        span.log(output=answer)
        return answer


def _post(path: str, body: dict[str, Any], *, is_down: bool) -> dict[str, Any]:
    with spanglass.start_span(name=f"POST {path}", type="function", input=body) as span:
        spend(0.27)
        if is_down:
            span.log(metadata={"status": 504, "gateway": "eu-west-1"})
            raise GatewayTimeout("POST", path)
        answer = {"refund_id": "re_7Qm2", "state": "pending", "amount": body["amount"], "currency": "USD"}
        span.log(output=answer, metadata={"status": 201, "gateway": "eu-west-2"})
        return answer
