"""The engine loads without the package around it, which is there for exports all the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import json, sys
from pathlib import Path
from spanglass_store.database.connection import Database
from spanglass_store.database.merge import Merger
from spanglass_store.database.reader import StoreReader

store = Path(sys.argv[1])
database = Database(store)
Merger(database, store).merge_once()
with database.cursor() as cursor:
    StoreReader(cursor).totals()
    loaded = {"duckdb", "filelock"} & {*sys.modules}
    cursor.write_parquet(store / "one.parquet", "SELECT $one AS a", {"one": 1})
    cursor.write_csv(store / "one.csv", "SELECT $one AS a", {"one": 1})
database.close()
print(json.dumps([*loaded]))
"""


def test_what_makes_relations_is_loaded_for_exports_alone(tmp_path: Path):
    (tmp_path / "journal").mkdir()
    done = subprocess.run([sys.executable, "-c", PROGRAM, tmp_path], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ([] if os.name == "posix" else ["filelock"])
    assert (tmp_path / "one.csv").read_text() == "a\n1\n"
    assert (tmp_path / "one.parquet").read_bytes().startswith(b"PAR1")
