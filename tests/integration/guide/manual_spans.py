"""Manually managing spans: one span over several callbacks."""

import braintrust
from openai import OpenAI

client = braintrust.wrap_openai(OpenAI())
logger = braintrust.init_logger(project="My long-running project")


def compute_output(system_prompt, user_input, parent_span):
    with parent_span.start_span(name="compute_output", input=[system_prompt, user_input]):
        return client.chat.completions.create(
            model="gpt-3.5-turbo",
            messages=[
                {"role": "system", "content": system_prompt},
                {"role": "user", "content": user_input},
            ],
        )


class MyHandler:
    def __init__(self):
        self._live_spans = {}

    def on_request_start(self, request_id, text, expected):
        span = braintrust.start_span(name=request_id, input=text, expected=expected)
        self._live_spans[request_id] = {"span": span, "input": text}

    def on_get_output(self, request_id, system_prompt):
        live = self._live_spans[request_id]
        output = compute_output(system_prompt, live["input"], live["span"])
        live["span"].log(output=output)

    def on_request_end(self, request_id, metadata):
        span = self._live_spans.pop(request_id)["span"]
        span.log(metadata=metadata)
        span.end()


if __name__ == "__main__":
    handler = MyHandler()
    for request_id in ("r-1", "r-2"):
        handler.on_request_start(request_id, f"question of {request_id}", "an answer")
    for request_id in ("r-2", "r-1"):
        handler.on_get_output(request_id, "You are terse.")
    for request_id in ("r-1", "r-2"):
        handler.on_request_end(request_id, {"request": request_id})
