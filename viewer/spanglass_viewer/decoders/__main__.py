"""`python -m spanglass_viewer.decoders FORMAT FD`: decodes one file; wishes come in as lines, answers go out.

The name of the format is one of our own table; the file is handed over open. Nothing of the file's own is an argument.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import TYPE_CHECKING, BinaryIO, cast

from spanglass_viewer.decoders.answers import DecoderFault, write_answer
from spanglass_viewer.decoders.confinement import confine, end_with_parent, grant_time, leave_the_network
from spanglass_viewer.values.media_formats import Decoder, get_format

if TYPE_CHECKING:
    from spanglass_viewer.decoders.answers import Answer
    from spanglass_viewer.decoders.document import Document, Wish

# the module and its class; each module is loaded by the process that needs it, and by no other
DECODER_MODULES = {
    Decoder.QT: ("pictures", "PictureFile"),
    Decoder.PICTURES: ("pictures", "PictureFile"),
    Decoder.SVG: ("drawings", "Drawing"),
    Decoder.PDF: ("pdf_pages", "PdfFile"),
    Decoder.STREAMS: ("streams", "StreamFile"),
    Decoder.TEXT: ("plain_text", "TextFile"),
    Decoder.SEPARATED: ("plain_text", "SeparatedFile"),
    Decoder.PARQUET: ("parquet_tables", "ParquetFile"),
    Decoder.ARCHIVES: ("archives", "ArchiveFile"),
    Decoder.BYTES: ("plain_text", "ByteFile"),
    Decoder.VALUES: ("json_values", "JsonValueFile"),
}


def serve(file: BinaryIO, format_name: str, wishes: BinaryIO, answers: BinaryIO) -> None:
    """Confine this process, then answer each line of `wishes` until there are no more."""
    known = get_format(format_name)
    module_name, class_name = DECODER_MODULES[known.decoder]
    module = importlib.import_module(f"spanglass_viewer.decoders.{module_name}")
    module.load()
    confine(may_open_files=known.decoder is Decoder.PARQUET)
    document: Document | DecoderFault | None = None
    for line in wishes:
        grant_time()
        if document is None:
            document = open_document(getattr(module, class_name), file, format_name)
        write_answer(answers, answer_wish(document, json.loads(line)))


def open_document(kind: type, file: BinaryIO, format_name: str) -> Document | DecoderFault:
    """Open a stranger's file, or say what is wrong with it."""
    try:
        return cast("Document", kind(file, format_name))
    except DecoderFault as fault:
        return fault
    except Exception as fault:  # noqa: BLE001 - whatever a library says of a stranger's file
        return _as_fault(fault)


def answer_wish(document: Document | DecoderFault, wish: Wish) -> Answer | DecoderFault:
    """Answer, or say why not; nothing is raised."""
    if isinstance(document, DecoderFault):
        return document
    known = document.wishes.get(str(wish.get("do")))
    if known is None:
        return DecoderFault("Nothing of that kind can be shown of it")
    try:
        return known(wish)
    except DecoderFault as fault:
        return fault
    except Exception as fault:  # noqa: BLE001 - as above
        return _as_fault(fault)


def _as_fault(fault: Exception) -> DecoderFault:
    if isinstance(fault, MemoryError):
        return DecoderFault("It needs more memory than a decoder is given")
    return DecoderFault(f"The file is damaged ({type(fault).__name__})")


def main() -> None:
    """Serve what the command line names."""
    end_with_parent()
    leave_the_network()
    format_name, fd = sys.argv[1], int(sys.argv[2])
    sys.setrecursionlimit(3000)
    # what libraries print is no part of the answers
    answers = os.fdopen(os.dup(1), "wb", buffering=1024 * 1024)
    os.dup2(2, 1)
    with os.fdopen(fd, "rb") as file:
        serve(file, format_name, sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
