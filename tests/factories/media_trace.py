"""A trace with an attachment of every kind, logged by the SDK: `python tests/factories/media_trace.py STORE`."""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path

import media_files

import spanglass
from spanglass_assets.paths import get_media_path


def log_media_trace(store: Path) -> None:
    """Log it."""
    spanglass.init_logger("media", store=str(store))
    with tempfile.TemporaryDirectory() as folder, spanglass.start_span(name="collect.evidence") as root:
        kinds = media_files.every_kind(Path(folder))
        kinds["voice-message.mp3"] = (get_media_path("voice-message.mp3").read_bytes(), "audio/mpeg")
        kinds["unboxing.mp4"] = (get_media_path("unboxing.mp4").read_bytes(), "video/mp4")
        kinds["receipt.jpg"] = (get_media_path("receipt.jpg").read_bytes(), "image/jpeg")
        root.log(input={"wanted": sorted(kinds)})
        for name, (data, content_type) in kinds.items():
            attachment = spanglass.Attachment(data=data, filename=name, content_type=content_type)
            with root.start_span(name=f"look at {name}", type="tool", input={"file": attachment}) as span:
                span.log(output=f"{len(data):,} bytes of {content_type}")
        photo = base64.b64encode(media_files.encode_picture("PNG")).decode()
        with root.start_span(name="images in values", type="llm") as span:
            span.log(
                input=[
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "Which of these is broken?"},
                            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{photo}"}},
                            {"type": "image_url", "image_url": {"url": "https://pictures.example/mug.png"}},
                        ],
                    }
                ],
                metadata={"model": "gpt-5", "bare": photo, "cut": f"data:image/png;base64,{photo[:400]}…"},
            )
    spanglass.flush()


if __name__ == "__main__":
    log_media_trace(Path(sys.argv[1]))
