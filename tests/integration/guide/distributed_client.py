"""Distributed tracing: the client, which sends the span along as `request_id`."""

import json
import subprocess
import sys
from pathlib import Path

import braintrust

logger = braintrust.init_logger(project="my-project")
SERVER = Path(__file__).with_name("distributed_server.py")


def remote_chat_completion(**request):
    # The guide calls a remote service here; this one is another process.
    done = subprocess.run(
        [sys.executable, str(SERVER)], input=json.dumps(request), capture_output=True, check=True, text=True
    )
    return done.stdout.strip()


@braintrust.traced
def bed_time_story(story):
    return remote_chat_completion(
        model="gpt-3.5-turbo",
        messages=[
            {
                "role": "system",
                "content": "Come up with a bedtime story with the following summary and approximate length (in words)",
            },
            {"role": "user", "content": f"summary: {story['summary']}\nlength: {story['length']}"},
        ],
        extra_headers={"request_id": braintrust.current_span().export()},
    )


if __name__ == "__main__":
    print(bed_time_story({"summary": "a fox", "length": 20}))
