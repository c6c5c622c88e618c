"""Errors: those that a function raises, and those that it logs."""

import sys

import braintrust

braintrust.init_logger(project="My Project")


def process_request(text):
    return {"error": "Input too long"} if len(text) > 10 else {"data": "Hello, world!"}


@braintrust.traced
def request_handler(body):
    result = process_request(body)
    if "error" in result:
        braintrust.current_span().log(error=result["error"])
    else:
        braintrust.current_span().log(input=body, output=result["data"])
    return result


@braintrust.traced
def failing_handler(body):
    with braintrust.start_span(name="parse"):
        return int(body)


request_handler("short")
request_handler("much too long a text")
try:
    failing_handler("no number")
except ValueError as error:
    print(error, file=sys.stderr)
