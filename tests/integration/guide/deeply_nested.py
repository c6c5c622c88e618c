"""Deeply nested code."""

import random

import braintrust
from openai import OpenAI

logger = braintrust.init_logger()
client = braintrust.wrap_openai(OpenAI())


@braintrust.traced
def run_llm(text):
    model = "gpt-4o" if random.random() > 0.5 else "gpt-4o-mini"  # noqa: S311 - the guide's own line
    result = client.chat.completions.create(model=model, messages=[{"role": "user", "content": text}])
    output = result.choices[0].message.content
    braintrust.current_span().log(metadata={"randomModel": model})
    return output


@braintrust.traced
def some_logic(text):
    return run_llm("You are a magical wizard. Answer the following question: " + text)


def post(body):
    with braintrust.start_span(name="POST"):
        result = some_logic(body["text"])
        braintrust.current_span().log(input=body["text"], output=result, metadata={"user_id": body["userId"]})
        return result


if __name__ == "__main__":
    print(post({"text": "Where is the dragon?", "userId": "u-1"}))
