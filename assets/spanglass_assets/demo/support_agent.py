"""The agent of the sample trace: understands a message, plans, acts, replies, and waits for the bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import spanglass
from spanglass import ExternalAttachment, JSONAttachment

from . import evidence, guardrails, knowledge, payments
from .language_model import Message, Usage, complete, tool_call
from .pace import spend

if TYPE_CHECKING:
    from collections.abc import Callable

SYSTEM_PROMPT = (
    "You are the support agent of Corner Store.\n"
    "Be brief and friendly. Use the tools; never promise what the policy does not say.\n"
    "<policy>Damaged goods are refunded in full within 14 days, shipping included.</policy>"
)
PRODUCT_IMAGE_URL = "https://images.corner-store.example/products/mug-blue.png"
ORDER: dict[str, Any] = {
    "order_id": "A-10422",
    "customer": "Dana Whitfield",
    "placed": "2026-11-18T09:12:44Z",
    "items": [{"sku": "MUG-BLU", "name": "Ceramic mug, blue", "quantity": 2, "price": 12.9}],
    "total": 42.9,
    "currency": "USD",
}


@dataclass(frozen=True)
class Case:
    """One customer's matter, and how well the payment gateway is that day."""

    message: str
    gateway_failures: int
    settle: Callable[[], None] = lambda: None


def run(case: Case) -> None:
    """Handle one case. Raises RefundFailed where the gateway stays down."""
    voice = evidence.attach("voice-message.mp3", "audio/mpeg")
    with spanglass.start_span(
        name="support_agent.run",
        type="task",
        input={"message": case.message, "voice_message": voice, "customer_id": "c_2291"},
        metadata={"workflow": "refund", "user_id": "c_2291", "session_id": "s_81f0", "environment": "demo"},
        tags=["refund", "vip"],
    ) as span:
        transcript = evidence.transcribe(voice)
        intent = classify_intent(case.message + "\n" + transcript)
        articles = knowledge.search("refund damaged on arrival", top_k=8)
        plan = make_plan(case.message, intent, [article["title"] for article in articles["articles"]])
        refund = execute(plan, case.gateway_failures)
        reply = write_reply(case.message, refund)
        grade_resolution(reply)
        await_settlement(refund["refund_id"], case.settle)
        span.log(output={"reply": reply, "refund": refund})


@spanglass.traced(name="classify_intent", type="classifier")
def classify_intent(message: str) -> str:
    """Return the intent of a message, such as "refund_damaged_item"."""
    return complete(
        "gpt-5-mini",
        [
            {"role": "system", "content": "Name the intent of the message in snake_case."},
            {"role": "user", "content": message},
        ],
        "refund_damaged_item",
        Usage(prompt=604, completion=8, cached=512, secs=0.26),
    )


def make_plan(message: str, intent: str, articles: list[str]) -> list[str]:
    """Gather the evidence and return the steps to take."""
    photo = evidence.attach("receipt.jpg", "image/jpeg")
    with spanglass.start_span(
        name="planner", type="task", input={"intent": intent, "articles": articles}, metadata={"step": "1 of 3"}
    ) as span:
        history: list[Message] = [
            {"role": "system", "content": SYSTEM_PROMPT},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": message},
                    {"type": "image_url", "image_url": {"url": photo}},
                    {"type": "image_url", "image_url": {"url": PRODUCT_IMAGE_URL}},
                ],
            },
        ]
        calls: list[Message] = [
            tool_call("call_1", "orders.lookup", '{"order_id": "A-10422"}'),
            tool_call("call_2", "receipt.ocr", '{"file": "receipt.jpg"}'),
        ]
        asked: Message = {"role": "assistant", "content": None, "tool_calls": calls}
        complete("claude-sonnet-5", history, asked, Usage(prompt=3_204, completion=106, cached=1_024, secs=0.59))
        order = look_up_order("A-10422")
        receipt = evidence.read_receipt(photo)
        verdict = evidence.inspect_damage(evidence.attach("unboxing.mp4", "video/mp4"))
        answers: list[Message] = [
            {"role": "tool", "tool_call_id": "call_1", "content": f"total {order['total']} {order['currency']}"},
            {"role": "tool", "tool_call_id": "call_2", "content": f"total {receipt['total']} {receipt['currency']}"},
        ]
        steps = ["Refund USD 42.90 to the card that paid", "Tell the customer when it arrives"]
        complete(
            "claude-sonnet-5",
            [*history, asked, *answers],
            "**Plan**\n\n1. " + steps[0] + "\n2. " + steps[1],
            Usage(prompt=3_611, completion=74, cached=3_072, secs=0.33),
        )
        span.log(output={"steps": steps, "damage": verdict})
    return steps


@spanglass.traced(name="orders.lookup", type="tool")
def look_up_order(order_id: str) -> dict[str, Any]:
    """Return the order with its product picture (which nobody fetches) and its history as a file."""
    with spanglass.start_span(name=f"GET /v2/orders/{order_id}", type="function", metadata={"status": 200}) as span:
        spend(0.18)
        span.log(output=ORDER)
    picture = ExternalAttachment(url=PRODUCT_IMAGE_URL, filename="mug-blue.png", content_type="image/png")
    history = [{"at": "2026-11-18T09:12:44Z", "state": "paid"}, {"at": "2026-11-21T08:03:10Z", "state": "delivered"}]
    return {**ORDER, "picture": picture, "history": JSONAttachment(history, filename="history.json", pretty=True)}


def execute(steps: list[str], gateway_failures: int) -> dict[str, Any]:
    """Do what was planned and return the refund. Raises RefundFailed."""
    with spanglass.start_span(name="executor", type="task", input=steps, metadata={"step": "2 of 3"}) as span:
        refund = payments.refund_with_retries("A-10422", 42.9, gateway_failures)
        complete(
            "claude-sonnet-5",
            [
                {"role": "system", "content": SYSTEM_PROMPT},
                {"role": "user", "content": f"The refund {refund['refund_id']} is {refund['state']}. What is next?"},
            ],
            "The refund is on its way. Write to the customer, then watch the settlement.",
            Usage(prompt=4_012, completion=108, cached=3_584, secs=0.39),
        )
        span.log(output=refund)
    return refund


def write_reply(message: str, refund: dict[str, Any]) -> str:
    """Draft and check at the same time, then join the two branches: the joining span has two parents."""
    with spanglass.TracedThreadPoolExecutor(max_workers=2, thread_name_prefix="reply") as pool:
        drafting = pool.submit(draft_email, message, refund)
        checking = pool.submit(guardrails.check_reply, EMAIL)
        draft, checks = drafting.result(), checking.result()
    with spanglass.start_span(
        name="reply.assemble", type="function", parents=[draft, checks], input={"draft": EMAIL, "checks_passed": 3}
    ) as span:
        spend(0.08)
        span.log(output=EMAIL)
    return EMAIL


EMAIL = (
    "Hi Dana,\n\nI am sorry that both mugs arrived broken. I have refunded **USD 42.90** to your card ending in "
    "4411; it takes 5 to 7 working days. There is no need to send anything back.\n\nCorner Store support"
)


def draft_email(message: str, refund: dict[str, Any]) -> spanglass.Span:
    """Let a model write the email and return the ended span of the draft."""
    with spanglass.start_span(name="email.draft", type="tool", input={"to": "dana@example.com", **refund}) as span:
        text = complete(
            "gpt-5-mini",
            [
                {"role": "system", "content": SYSTEM_PROMPT},
                {"role": "user", "content": message},
                {"role": "user", "content": f"Tell the customer about the refund {refund['refund_id']}."},
            ],
            EMAIL,
            Usage(prompt=871, completion=109, cached=512, secs=0.39),
        )
        span.log(output={"subject": "Your refund for order A-10422", "body": text})
    return span


def grade_resolution(reply: str) -> None:
    """Score the reply, as an online scorer would."""
    with spanglass.start_span(name="resolution_quality", type="score", input=reply) as span:
        spend(0.07)
        span.log(
            output={"reason": "Says what was refunded, to which card and when."},
            scores={"resolution_quality": 0.92, "is_polite": True},
        )


def await_settlement(refund_id: str, settle: Callable[[], None]) -> None:
    """Wait for the bank: the span that is still running while somebody watches."""
    with spanglass.start_span(
        name="settlement.watch", type="task", input={"refund_id": refund_id}, metadata={"step": "3 of 3"}
    ) as span:
        spend(0.13)
        settle()
        span.log(output={"refund_id": refund_id, "state": "settled"})
