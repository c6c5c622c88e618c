"""What the customer sent, looked at by models: a voice message, a receipt photo, a photo of the damage, a video."""

from __future__ import annotations

import base64
from typing import Any

import spanglass
from spanglass import Attachment
from spanglass_assets.paths import get_media_path

from .language_model import Usage, complete
from .pace import spend

TRANSCRIPT = (
    "Hi, this is Dana. My order, A-10422, arrived today, and both mugs are broken. I have sent you a photo of "
    "the receipt. I would like my money back, please. Thank you."
)
_RECEIPT_TEXT = (
    "CORNER STORE 2026-11-21 13:44 | Ceramic mug x2 25.80 | Gift wrap 4.10 | Shipping 13.00 | TOTAL USD 42.90"
)


def attach(filename: str, content_type: str) -> Attachment:
    """Return a sample file as an attachment."""
    return Attachment(data=str(get_media_path(filename)), filename=filename, content_type=content_type)


def damage_photo_url() -> str:
    """Return the photo of the broken mug as the data URL that the chat APIs take."""
    return "data:image/png;base64," + base64.b64encode(get_media_path("damage.png").read_bytes()).decode()


def transcribe(voice: Attachment) -> str:
    """Return what the voice message says."""
    with spanglass.start_span(name="voice.transcribe", type="tool", input={"voice_message": voice}) as span:
        text = complete(
            "gpt-5-transcribe",
            [{"role": "user", "content": [{"type": "input_audio", "input_audio": voice}]}],
            TRANSCRIPT,
            Usage(prompt=412, completion=46, secs=0.33),
            name="audio.transcriptions",
            language="en",
        )
        span.log(output={"text": text, "language": "en", "duration_secs": 13.6})
    return text


def read_receipt(photo: Attachment) -> dict[str, Any]:
    """Return the figures that stand on the receipt."""
    with spanglass.start_span(name="receipt.ocr", type="tool", input={"photo": photo}) as span:
        complete(
            "gpt-5-vision",
            [
                {"role": "system", "content": "Read receipts. Answer with the lines and the total, nothing else."},
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "What does this receipt say?"},
                        {"type": "image_url", "image_url": {"url": photo}},
                    ],
                },
            ],
            _RECEIPT_TEXT,
            Usage(prompt=1_702, completion=108, secs=0.45),
            name="vision.extract",
        )
        spend(0.03)
        figures = {"merchant": "Corner Store", "order_id": "A-10422", "total": 42.9, "currency": "USD", "card": "4411"}
        span.log(output=figures, metrics={"confidence": 0.97})
    return figures


def inspect_damage(video: Attachment) -> str:
    """Return what the video and the photo of the damage show."""
    with spanglass.start_span(name="video.inspect", type="tool", input={"video": video}) as span:
        verdict = complete(
            "gpt-5-vision",
            [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "Is the mug in these pictures broken?"},
                        {"type": "image_url", "image_url": {"url": damage_photo_url()}},
                    ],
                }
            ],
            "Yes. A crack runs from the rim to the foot of the mug; it is not fit for use.",
            Usage(prompt=2_318, completion=61, secs=0.39),
        )
        span.log(output={"is_damaged": True, "verdict": verdict, "frames_looked_at": 12})
    return verdict
