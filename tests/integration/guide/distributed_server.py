"""Distributed tracing: the server, which never initializes a logger."""

import json
import sys

import braintrust
from openai import OpenAI

client = braintrust.wrap_openai(OpenAI())


def server_side_chat_completion(request):
    # This will be a fresh, root-level trace if headers or request_id are undefined,
    # or will create sub-spans under the parent trace if they are defined.
    parent = (request.get("extra_headers") or {}).get("request_id")
    with braintrust.start_span(name="text_generator_server", type="llm", parent=parent):
        output = client.chat.completions.create(model=request["model"], messages=request["messages"])
        return output.choices[0].message.content


if __name__ == "__main__":
    print(server_side_chat_completion(json.load(sys.stdin)))
