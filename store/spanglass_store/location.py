"""Which folder is the store, how it comes to be, and what its `store.json` says."""

from __future__ import annotations

import contextlib
import os
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple, cast

import orjson

from spanglass_store.faults import NotAStore, StoreFault, UnknownFormat

STORE_FORMAT = 1
STORE_FILE = "store.json"
STORE_VARIABLE = "SPANGLASS_STORE"
LOCAL_STORE_NAME = ".spanglass"

JOURNAL_FOLDER = "journal"
BLOBS_FOLDER = "blobs"
REJECTED_FOLDER = "rejected"
SUBFOLDERS = (JOURNAL_FOLDER, BLOBS_FOLDER, REJECTED_FOLDER)

# What a folder may hold and still become a store: what `spanglass init` and a creation cut short leave behind.
_UNFINISHED_NAMES = frozenset({*SUBFOLDERS, ".gitignore"})


class StoreInfo(NamedTuple):
    """What `store.json` says of the store at `path`; `id` is a UUID, `created` an ISO time in UTC."""

    path: Path
    format: int
    id: str
    created: str


def locate_store(store: str | os.PathLike[str] | None = None) -> Path:
    """Return the absolute path of the store to use; it need not exist yet.

    `store` wins, then the variable SPANGLASS_STORE, then the nearest `.spanglass` folder upwards of the
    working directory, then the user's data folder.
    """
    given = store or os.environ.get(STORE_VARIABLE)
    if given:
        return Path(given).expanduser().absolute()
    with contextlib.suppress(FileNotFoundError):  # the working directory may have been deleted
        here = Path.cwd()
        for folder in (here, *here.parents):
            if os.path.isdir(folder / LOCAL_STORE_NAME):  # noqa: PTH112 - Path.is_dir raises where it may not look
                return folder / LOCAL_STORE_NAME
    return default_store_path()


def default_store_path() -> Path:
    """Return the store in the user's data folder, which is used where none is named; it need not exist yet."""
    import platformdirs  # noqa: PLC0415 - only a program without a named store pays for it

    return platformdirs.user_data_path("spanglass", appauthor=False) / "default"


def ensure_store(path: Path) -> StoreInfo:
    """Return the store at `path`, made first where there is none; racing processes agree on one id.

    Raises UnknownFormat for a newer store, NotAStore for a folder that holds something else, and StoreFault
    where the folder cannot be made; nothing that was there before is touched in any of these cases.
    """
    try:
        if (path / STORE_FILE).exists():
            return read_store_info(path)
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        foreign = [name for name in os.listdir(path) if not _is_unfinished(name)]  # noqa: PTH208 - names suffice
        if foreign and not (path / STORE_FILE).exists():
            raise NotAStore("This folder is not a Spanglass store and is not empty; it was left alone.", path)
        for name in SUBFOLDERS:
            (path / name).mkdir(mode=0o700, exist_ok=True)
        make_store_file(path)
    except OSError as error:
        raise StoreFault(_cannot_make_sentence(error), path) from error
    return read_store_info(path)


def read_store_info(path: Path) -> StoreInfo:
    """Return what the `store.json` in `path` says.

    Raises NotAStore where there is none, UnknownFormat for a newer one, StoreFault for an unreadable one.
    """
    try:
        text = (path / STORE_FILE).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise NotAStore("There is no Spanglass store here.", path) from None
    except OSError as error:
        raise StoreFault(f"The store cannot be read: {_reason(error)}.", path) from error
    try:
        fields = cast("dict[str, Any]", orjson.loads(text))
        info = StoreInfo(path, int(fields["format"]), str(uuid.UUID(fields["id"])), str(fields["created"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StoreFault("The store's store.json is damaged; the rest of it was left alone.", path) from None
    if info.format > STORE_FORMAT:
        sentence = f"The store has format {info.format}, written by a newer Spanglass; this one reads up to"
        raise UnknownFormat(f"{sentence} {STORE_FORMAT}. Nothing was touched; update Spanglass to open it.", path)
    return info


def make_store_file(path: Path, store_id: str | None = None) -> None:
    """Make `store.json` appear whole and only once, whoever else tries; without an id the store gets a new one.

    Raises OSError.
    """
    fields = {
        "format": STORE_FORMAT,
        "id": store_id or str(uuid.uuid4()),
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),  # noqa: UP017 - reads as what it is
    }
    draft = path / f"{STORE_FILE}.{os.urandom(4).hex()}"
    draft_fd = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(draft_fd, "wb") as file:
            file.write(orjson.dumps(fields, option=orjson.OPT_INDENT_2) + b"\n")
        # A hard link fails where the name is taken, a rename would replace the winner's file.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path / STORE_FILE)
    finally:
        draft.unlink()


def _is_unfinished(name: str) -> bool:
    return name in _UNFINISHED_NAMES or name.startswith(f"{STORE_FILE}.")


def _cannot_make_sentence(error: OSError) -> str:
    return (
        f"The store's folder cannot be made or written: {_reason(error)}. Nothing was changed;"
        f" name another folder with {STORE_VARIABLE} or store=."
    )


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
