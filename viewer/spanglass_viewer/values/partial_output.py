"""The answer of a model as far as it had come: wrapped clients log it in the metadata until it is whole."""

from __future__ import annotations

import json

from spanglass_viewer.values.decode import AT_ONCE_CHARS, NotJson, decode_json

_KEY = "partial_output"


def split_partial_output(metadata: str | None) -> tuple[str | None, str | None]:
    """Return the partial output in a span's metadata, and the metadata without it, both as JSON text."""
    if metadata is None or f'"{_KEY}"' not in metadata or len(metadata) > AT_ONCE_CHARS:
        return None, metadata
    try:
        value = decode_json(metadata)
    except NotJson:
        return None, metadata
    if not isinstance(value, dict) or _KEY not in value:
        return None, metadata
    partial = value.pop(_KEY)
    return json.dumps(partial), json.dumps(value)
