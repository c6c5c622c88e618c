"""Uploading attachments, and linking to external images."""

import sys

from braintrust import Attachment, init_logger

logger = init_logger(project="Attachment Example")

logger.log(
    input={
        "question": "What is this?",
        "context": Attachment(data=sys.argv[1], filename="user_input.jpg", content_type="image/jpeg"),
    },
    output="Example response.",
)
logger.log(input={"image_url": {"url": "https://example.com/image.jpg"}}, output="A picture.")
