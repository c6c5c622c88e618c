"""Annotating your code."""

import os

import braintrust
from openai import OpenAI

logger = braintrust.init_logger(project="My Project", api_key=os.environ.get("BRAINTRUST_API_KEY"))
client = braintrust.wrap_openai(OpenAI(api_key=os.environ["OPENAI_API_KEY"]))


# `traced` automatically logs the input (args) and output (return value) of this function to a span.
@braintrust.traced
def answer_question(body: str) -> str:
    prompt = [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": body},
    ]
    result = client.chat.completions.create(model="gpt-4o", messages=prompt)
    content = result.choices[0].message.content
    if not content:
        raise ValueError("The LLM response content is empty or undefined.")
    return content


if __name__ == "__main__":
    print(answer_question("How can I improve my productivity?"))
