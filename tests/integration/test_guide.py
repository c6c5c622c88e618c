"""The guide's examples, all saying `import braintrust`: the Python ones unchanged, the TypeScript ones translated."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from llm_server import Events, LlmServer, Reply
from llm_wire import USAGE_METRICS, chat_completion, chat_text_chunks

from spanglass.sink import MemorySink
from spanglass.testing import CapturedSpans
from spanglass_store.blobs.files import blob_path
from spanglass_store.links.addresses import parse_address

GUIDE = Path(__file__).parent / "guide"

pytestmark = pytest.mark.integration


class Run:
    """A guide's example that was run: what it printed, and what is in the journal."""

    def __init__(self, printed, store):
        self.printed = printed
        self.store = store
        sink = MemorySink()
        lines = [line for path in (store / "journal").glob("*.ndjson") for line in path.read_bytes().splitlines()]
        sink.lines.extend(sorted(lines, key=lambda line: json.loads(line)["_stamp"]))
        self.journal = CapturedSpans(None, sink)

    def span(self, name):
        return self.journal.get_span(name)

    def below(self, span):
        found = [one for one in self.journal.spans if one["span_parents"] == [span["span_id"]]]
        assert {one["root_span_id"] for one in found} <= {span["root_span_id"]}
        return found


@pytest.fixture
def server():
    with LlmServer() as running:
        yield running


@pytest.fixture
def run(store_path, server):
    """Run an example as a user does who has no Braintrust, and return what came of it."""

    def run_example(script, *arguments, stdin=""):
        environment = {
            **os.environ,
            "SPANGLASS_STORE": str(store_path),
            "SPANGLASS_MERGE_AT_EXIT": "0",
            "OPENAI_API_KEY": "none",
            "OPENAI_BASE_URL": f"{server.url}/v1",
        }
        done = subprocess.run(
            [sys.executable, "-m", "spanglass", "run", str(GUIDE / script), *arguments],
            input=stdin,
            capture_output=True,
            check=False,
            text=True,
            env=environment,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return Run(done.stdout, store_path)

    return run_example


def answer(text):
    return Reply(chat_completion({"content": text}))


def test_annotate_code(run, server):
    server.reply(answer("Sleep more."))
    done = run("annotate_code.py")
    assert done.printed == "Sleep more.\n"
    question = done.span("answer_question")
    assert question["span_attributes"]["type"] == "function"
    assert question["input"] == {"body": "How can I improve my productivity?"}
    assert question["output"] == "Sleep more."
    assert question["project_name"] == "My Project"
    (completion,) = done.below(question)
    assert completion["span_attributes"]["name"] == "Chat Completion"
    assert completion["span_attributes"]["type"] == "llm"
    assert [message["role"] for message in completion["input"]] == ["system", "user"]
    assert completion["output"][0]["message"]["content"] == "Sleep more."
    assert completion["metadata"]["model"] == "gpt-4o"


def test_streaming_metrics(run, server):
    server.reply(Events(chat_text_chunks("Tw", "o.", usage=True)))
    done = run("streaming_metrics.py")
    assert len(done.printed.splitlines()) == 5
    (completion,) = done.journal.spans
    assert completion["span_parents"] is None
    assert completion["output"][0]["message"]["content"] == "Two."
    assert USAGE_METRICS.items() <= completion["metrics"].items()
    assert completion["metrics"]["time_to_first_token"] >= 0


def test_custom_client(run):
    done = run("custom_client.py")
    post, custom = done.span("POST"), done.span("Custom LLM")
    assert custom["span_parents"] == [post["span_id"]]
    assert custom["span_attributes"]["type"] == "llm"
    assert custom["input"] == [{"role": "user", "content": "Hi"}]
    assert custom["output"] == post["output"] == "Hello, world!"
    assert custom["metadata"] == {"temperature": 0.1}
    assert {name: custom["metrics"][name] for name in ("prompt_tokens", "completion_tokens", "total_tokens")} == {
        "prompt_tokens": 2,
        "completion_tokens": 10,
        "total_tokens": 12,
    }


def test_attachments(run, tmp_path):
    picture = tmp_path / "input_image.jpg"
    picture.write_bytes(b"\xff\xd8\xff the picture")
    done = run("attachments.py", str(picture))
    first, second = done.journal.spans
    reference = first["input"]["context"]
    assert (reference["type"], reference["filename"]) == ("braintrust_attachment", "user_input.jpg")
    assert second["input"] == {"image_url": {"url": "https://example.com/image.jpg"}}
    lines = [json.loads(line) for path in (done.store / "journal").iterdir() for line in path.read_text().splitlines()]
    (stored,) = [line for line in lines if line.get("key") == reference["key"] and line["state"] == "done"]
    assert blob_path(done.store, stored["digest"]).read_bytes() == picture.read_bytes()


def test_errors(run):
    done = run("errors.py")
    fine, too_long = done.journal.list_spans("request_handler")
    assert (fine["output"], fine.get("error")) == ({"data": "Hello, world!"}, None)
    assert too_long["error"] == "Input too long"
    for name in ("parse", "failing_handler"):
        error = done.span(name)["error"]
        assert error.startswith("Traceback (most recent call last)")
        assert error.endswith("ValueError: invalid literal for int() with base 10: 'no number'\n")


def test_deeply_nested_code(run, server):
    server.reply(answer("Behind you."))
    done = run("deeply_nested.py")
    post, logic, llm, completion = done.journal.spans
    names = [span["span_attributes"]["name"] for span in (post, logic, llm, completion)]
    assert names == ["POST", "some_logic", "run_llm", "Chat Completion"]
    for above, below in ((post, logic), (logic, llm), (llm, completion)):
        assert done.below(above) == [below]
    assert post["metadata"] == {"user_id": "u-1"}
    assert post["output"] == "Behind you."
    assert llm["metadata"]["randomModel"] == completion["metadata"]["model"]


def test_distributed_tracing(run, server):
    server.reply(answer("A fox slept."))
    done = run("distributed_client.py")
    assert done.printed == "A fox slept.\n"
    client = done.span("bed_time_story")
    (remote,) = done.below(client)
    assert remote["span_attributes"]["name"] == "text_generator_server"
    assert remote["span_attributes"]["type"] == "llm"
    assert remote["project_id"] == client["project_id"]
    assert [span["span_attributes"]["name"] for span in done.below(remote)] == ["Chat Completion"]
    assert len(list((done.store / "journal").iterdir())) == 2


def test_updating_spans(run):
    done = run("update_span.py")
    assert done.span("start_request")["output"] == "finished one"
    assert done.span("start_exported_request")["output"] == "finished two"
    assert len(done.journal.spans) == 4


def test_deep_links(run):
    done = run("deep_links.py")
    by_span, by_slug = (parse_address(line) for line in done.printed.splitlines())
    assert by_span == by_slug
    assert (by_span.root_span_id, by_span.span_id) == (
        done.span("linked")["root_span_id"],
        done.span("linked")["span_id"],
    )


def test_manual_spans(run, server):
    server.reply(answer("to r-2"), answer("to r-1"))
    done = run("manual_spans.py")
    for request_id in ("r-1", "r-2"):
        span = done.span(request_id)
        assert (span["input"], span["expected"]) == (f"question of {request_id}", "an answer")
        assert span["metadata"] == {"request": request_id}
        assert span["output"]["choices"][0]["message"]["content"] == f"to {request_id}"
        assert span["metrics"]["end"] >= span["metrics"]["start"]
        (computed,) = done.below(span)
        assert [below["span_attributes"]["name"] for below in done.below(computed)] == ["Chat Completion"]


def test_generating_and_importing_spans(run, server):
    server.reply(answer("The sum of 1+1 is 2."), answer("Certainly the moon."))
    generated = run_plainly("generate_spans.py", server)
    imported = run("import_spans.py", stdin=generated)
    trees = [json.loads(line) for line in generated.splitlines()]
    roots = imported.journal.list_spans("task")
    assert [root["input"] for root in roots] == [tree["input"] for tree in trees]
    assert [root["scores"]["factuality"] for root in roots] == [1.0, 0.0]
    for root, tree in zip(roots, trees, strict=True):
        completion, scorer = imported.below(root)
        assert completion["metrics"] == tree["children"][0]["metrics"]
        assert scorer["span_attributes"]["name"] == "Factuality"
    assert "50.00%" in imported.printed


def run_plainly(script, server):
    """Run an example that knows nothing of tracing."""
    environment = {**os.environ, "OPENAI_API_KEY": "none", "OPENAI_BASE_URL": f"{server.url}/v1"}
    command = [sys.executable, "-W", "ignore", str(GUIDE / script)]
    return subprocess.run(command, capture_output=True, check=True, text=True, env=environment, timeout=60).stdout


def test_thread_pool(run, server):
    server.reply(answer("2"), answer("1"))
    done = run("thread_pool.py")
    main = done.span("main")
    assert {span["span_attributes"]["name"] for span in done.below(main)} == {"addition", "multiplication"}
    for name in ("addition", "multiplication"):
        assert [below["span_attributes"]["name"] for below in done.below(done.span(name))] == ["Chat Completion"]
    assert Counter(span["project_name"] for span in done.journal.spans) == {"math": 5}


@pytest.mark.parametrize("script", ["import_spans.py", "thread_pool.py"])
def test_the_guides_own_python_says_import_braintrust(script):
    assert "\nimport braintrust\n" in (GUIDE / script).read_text()
