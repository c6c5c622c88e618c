"""The note at the head of each segment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from spanglass_store.journal.lines import encode_line
from spanglass_store.journal.process_note import find_git_commit, make_process_note

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_the_note_tells_the_process(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["agent.py", "--fast"])
    note = make_process_note("p1", "1.2.3")
    assert note["_line"] == "process"
    assert (note["process"], note["pid"], note["argv"]) == ("p1", os.getpid(), ["agent.py", "--fast"])
    assert (note["cwd"], note["sdk_version"]) == (str(Path.cwd()), "1.2.3")


def test_hostile_arguments_make_a_note_all_the_same(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["\udcff", "x" * 10_000, *map(str, range(1000))])
    assert len(encode_line(make_process_note("p1", "1"))) < 10_000


def test_a_deleted_working_directory_is_no_fault(tmp_path):
    program = "import os; from spanglass_store.journal.process_note import make_process_note as m;"
    program += "os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone'); print(m('p', '1')['cwd'])"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "None"


def test_the_commit_of_a_branch_a_packed_branch_and_a_detached_head(tmp_path):
    git = tmp_path / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    inner = tmp_path / "src" / "deep"
    inner.mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "packed-refs").write_text(f"# pack-refs\n{COMMIT} refs/heads/main\n")
    assert find_git_commit(inner) == COMMIT
    (git / "refs" / "heads" / "main").write_text(f"{COMMIT[::-1]}\n")
    assert find_git_commit(inner) == COMMIT[::-1]
    (git / "HEAD").write_text(f"{COMMIT}\n")
    assert find_git_commit(inner) == COMMIT


def test_a_worktree_names_its_folder(tmp_path):
    git = tmp_path / "main" / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "refs" / "heads" / "side").write_text(COMMIT)
    (git / "worktrees" / "side").mkdir(parents=True)
    (git / "worktrees" / "side" / "HEAD").write_text("ref: refs/heads/side\n")
    (git / "worktrees" / "side" / "commondir").write_text("../..\n")
    tree = tmp_path / "side"
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {git / 'worktrees' / 'side'}\n")
    assert find_git_commit(tree) == COMMIT


def test_without_a_repository_or_a_commit_there_is_none(tmp_path):
    (tmp_path / ".git").mkdir()
    assert find_git_commit(tmp_path) is None
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/unborn\n")
    assert find_git_commit(tmp_path) is None
    (tmp_path / ".git" / "HEAD").write_bytes(b"\xff\xfe")
    assert find_git_commit(tmp_path) is None
