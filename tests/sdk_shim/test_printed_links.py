"""Links to traces that failed, on stderr."""

from __future__ import annotations

import io
import sys

import pytest

import spanglass
from spanglass.testing import captured_spans
from spanglass_store.known_stores import find_known_store
from spanglass_store.links.addresses import parse_address
from spanglass_store.location import read_store_info


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def logger_of(monkeypatch, store_path):
    """A logger in a process with this setting; None leaves it unset."""

    def make(print_links):
        if print_links is not None:
            monkeypatch.setenv("SPANGLASS_PRINT_LINKS", print_links)
        return spanglass.init_logger("tests", store=store_path)

    return make


@spanglass.traced
def fail(depth):
    if depth == 0:
        raise ValueError("no")
    fail(depth - 1)


def log_and_raise(span):
    span.log(error="before")
    raise ValueError("no")


def only_link(text):
    (line,) = text.splitlines()
    return line, parse_address(line.split()[-1])


def test_a_trace_that_fails_prints_its_link_once(logger_of, capsys, store_path):
    logger_of("errors")
    with pytest.raises(ValueError, match="no"):
        fail(3)
    line, address = only_link(capsys.readouterr().err)
    assert line.startswith("spanglass: fail failed  spanglass://trace/")
    assert address.store_id == read_store_info(store_path).id
    assert address.span_id is None, "the window goes to the span where the error began"
    assert find_known_store(address.store_id) == store_path


def test_each_way_to_fail_prints_one(logger_of, capsys):
    logger = logger_of("errors")
    with pytest.raises(ValueError, match="no"), spanglass.start_span(name="block") as span:
        log_and_raise(span)
    logged = spanglass.start_span(name="logged")
    logged.log(error="said")
    logged.end()
    logger.log(input=1, error="row")
    with pytest.raises(ValueError, match="no"):
        list(generate())
    names = [line.split()[1] for line in capsys.readouterr().err.splitlines()]
    assert names == ["block", "logged", "root", "generate"]


@spanglass.traced
def generate():
    yield 1
    raise ValueError("no")


def test_an_error_below_a_root_that_goes_on_prints_nothing(logger_of, capsys):
    logger_of("errors")
    with spanglass.start_span(name="root"):
        with pytest.raises(ValueError, match="no"):
            fail(0)
        spanglass.start_span(name="child", error="x").end()
    assert capsys.readouterr().err == ""


def test_all_prints_each_trace_when_it_begins_and_not_again_when_it_fails(logger_of, capsys):
    logger_of("all")
    with spanglass.start_span(name="root") as span:
        assert only_link(capsys.readouterr().err)[1].root_span_id == span.root_span_id
        span.log(error="x")
    assert capsys.readouterr().err == ""
    with pytest.raises(ValueError, match="no"):
        fail(0)
    assert only_link(capsys.readouterr().err)[0].startswith("spanglass: fail  spanglass://")


@pytest.mark.parametrize("setting", [None, "off"])
def test_nothing_is_printed_where_nobody_watches_or_wants_it(logger_of, capsys, setting):
    logger_of(setting)
    with pytest.raises(ValueError, match="no"):
        fail(0)
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_hyperlink_without_asking(logger_of, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm-256color")
    logger_of(None)
    with pytest.raises(ValueError, match="no"), spanglass.start_span(name="a\x1b[31m\nb"):
        raise ValueError("no")
    text = sys.stderr.getvalue()
    address = text.split("\x1b]8;;")[1].split("\x1b\\")[0]
    assert parse_address(address)
    assert text == f"spanglass: a\ufffd[31m\ufffdb failed  \x1b]8;;{address}\x1b\\{address}\x1b]8;;\x1b\\\n"


def test_a_captured_span_has_no_link_to_print(logger_of, capsys):
    logger_of("all")
    with captured_spans(), pytest.raises(ValueError, match="no"):
        fail(0)
    assert capsys.readouterr().err == ""


def test_a_no_op_span_prints_nothing(monkeypatch, capsys):
    monkeypatch.setenv("SPANGLASS_PRINT_LINKS", "all")
    with pytest.raises(ValueError, match="no"), spanglass.start_span(name="x") as span:
        log_and_raise(span)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("stream", [None, "closed"])
def test_a_closed_stderr_is_no_fault(logger_of, monkeypatch, stream):
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", None if stream is None else closed)
    logger_of("errors")
    with pytest.raises(ValueError, match="no"):
        fail(0)


def test_a_word_that_is_none_is_said(logger_of, capsys):
    logger_of("never")
    assert "SPANGLASS_PRINT_LINKS='never' is neither errors nor all nor off" in capsys.readouterr().err
