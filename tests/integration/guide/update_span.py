"""Updating spans: by the id that the logger knows, and by an exported slug."""

import braintrust
from braintrust import current_span, init_logger, traced

logger = init_logger(project="my-project")


def start_something(body):
    return {"handle": body}


def finish_something(handle):
    return f"finished {handle['handle']}"


@traced
def start_request(request):
    handle = start_something(request["body"])
    return {"result": handle, "span_id": current_span().id}


@traced
def finish_request(handle, span_id):
    result = finish_something(handle)
    logger.update_span(id=span_id, output=result)
    return result


@traced
def start_exported_request(request):
    handle = start_something(request["body"])
    return {"result": handle, "exported": current_span().export()}


@traced
def finish_exported_request(handle, exported):
    result = finish_something(handle)
    braintrust.update_span(exported=exported, output=result)
    return result


if __name__ == "__main__":
    started = start_request({"body": "one"})
    finish_request(started["result"], started["span_id"])
    exported = start_exported_request({"body": "two"})
    finish_exported_request(exported["result"], exported["exported"])
