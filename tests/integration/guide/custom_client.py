"""Wrapping a custom LLM client."""

import braintrust

logger = braintrust.init_logger(project="My Project")


def call_my_llm(text, params):
    # Replace with your custom LLM implementation
    del params
    return {"completion": "Hello, world!", "metrics": {"prompt_tokens": len(text), "completion_tokens": 10}}


@braintrust.traced(type="llm", name="Custom LLM", notrace_io=True)
def invoke_custom_llm(llm_input, params):
    result = call_my_llm(llm_input, params)
    content = result["completion"]
    metrics = result["metrics"]
    braintrust.current_span().log(
        input=[{"role": "user", "content": llm_input}],
        output=content,
        metrics={
            "prompt_tokens": metrics["prompt_tokens"],
            "completion_tokens": metrics["completion_tokens"],
            "total_tokens": metrics["prompt_tokens"] + metrics["completion_tokens"],
        },
        metadata=params,
    )
    return content


def post(request):
    with braintrust.start_span(name="POST") as span:
        result = invoke_custom_llm(request["body"], {"temperature": 0.1})
        span.log(input=request["body"], output=result)
        return result


if __name__ == "__main__":
    print(post({"body": "Hi"}))
