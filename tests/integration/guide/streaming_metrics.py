"""Streaming metrics: initializing a logger is enough to log LLM calls."""

import os

import braintrust
from openai import OpenAI

client = braintrust.wrap_openai(OpenAI())
logger = braintrust.init_logger(project="My Project", api_key=os.environ.get("BRAINTRUST_API_KEY"))


def main():
    result = client.chat.completions.create(
        model="gpt-4o",
        messages=[{"role": "user", "content": "What is 1+1?"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    for chunk in result:
        print(chunk.model_dump_json())


main()
