"""A bundle or an export that somebody only wants to look at → a store of its own, in the user's cache folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

import platformdirs

from spanglass_store.faults import StoreFault
from spanglass_store.location import ensure_store
from spanglass_store.transfer.import_spans import import_spans


def store_of_bundle(bundle: Path) -> Path:
    """Return the store with what a bundle or a file of JSON lines holds; the same bytes give the same store.

    Raises StoreFault where the bundle cannot be read or the store not be made.
    """
    try:
        with bundle.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StoreFault(f"The bundle cannot be read: {(error.strerror or str(error)).lower()}.", bundle) from error
    store = Path(platformdirs.user_cache_path("spanglass", appauthor=False)) / "bundles" / digest[:16]
    ensure_store(store)
    import_spans(store, bundle)  # once more after the first time: then it changes nothing
    return store
