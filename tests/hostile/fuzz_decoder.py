"""Feeds one decoder with mutated files within its own limits: `python fuzz_decoder.py FORMAT SAMPLE FIRST COUNT`.

Prints a letter a file: `a` where it answered, `f` where it said what is wrong. Whoever reads knows by their number
at which file the process died.
"""

from __future__ import annotations

import importlib
import io
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from spanglass_viewer.decoders.__main__ import DECODER_MODULES, answer_wish, open_document
from spanglass_viewer.decoders.answers import DecoderFault
from spanglass_viewer.decoders.confinement import confine, end_with_parent, grant_time, leave_the_network
from spanglass_viewer.values.media_formats import Decoder, get_format

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEPT_HEAD = 4  # so that most files still come to the decoder that is meant
_WISHES: list[dict[str, object]] = [
    {"do": "picture", "max_px": 300},
    {"do": "frames", "max_px": 100},
    {"do": "outline"},
    {"do": "page", "number": 0, "max_px": 300},
    {"do": "find", "text": "a"},
    {"do": "peaks", "count": 50},
    {"do": "sound", "at_secs": 0.1, "secs": 0.2},
    {"do": "frame", "at_secs": 0.5, "max_px": 100},
    {"do": "next_frame", "at_secs": 0.6, "max_px": 100},
    {"do": "text"},
    {"do": "table"},
    {"do": "members", "path": [0]},
    {"do": "raw", "start": 3},
    {"do": "rows", "column": 1, "is_descending": True},
    {"do": "copy", "path": []},
    {"do": "find", "needle": "1"},
]


def mutate(data: bytes, seed: int) -> bytes:
    """Return the file with some bytes flipped, cut out, doubled or overwritten by numbers that overflow."""
    dice = random.Random(seed)  # noqa: S311 - the same files each time
    made = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 8, 32))):
        at = dice.randrange(_KEPT_HEAD, max(_KEPT_HEAD + 1, len(made)))
        kind = dice.randrange(5)
        if kind == 0 and at < len(made):
            made[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            made[at : at + 4] = dice.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\x80\0\0\0"))
        elif kind == 2:
            del made[at : at + dice.randrange(1, 64)]
        elif kind == 3:
            made[at:at] = made[at : at + dice.randrange(1, 256)]
        else:
            made[at : at + 8] = dice.randbytes(8)
    return bytes(made)


def main(format_name: str, sample: Path, first: int, count: int) -> int:
    """Feed it."""
    end_with_parent()
    leave_the_network()
    data = sample.read_bytes()
    module_name, class_name = DECODER_MODULES[get_format(format_name).decoder]
    module = importlib.import_module(f"spanglass_viewer.decoders.{module_name}")
    module.load()
    files = (io.BytesIO(mutate(data, seed)) for seed in range(first, first + count))
    is_on_disk = get_format(format_name).decoder is Decoder.PARQUET  # its engine opens its file itself
    if is_on_disk:
        files = _write_files(sample.parent, files)
    confine(may_open_files=is_on_disk)
    for file in files:
        grant_time()
        document = open_document(getattr(module, class_name), file, format_name)
        answers = [answer_wish(document, wish) for wish in _WISHES]  # pyright: ignore[reportArgumentType] - wishes as they come by the pipe
        sys.stdout.write("a" if any(not isinstance(answer, DecoderFault) for answer in answers) else "f")
        sys.stdout.flush()
        file.close()
    return 0


def _write_files(folder: Path, files: Iterator[io.BytesIO]) -> Iterator[BinaryIO]:
    """Write them now, as a confined process cannot; each is opened when it is asked for, and left to its folder."""
    paths: list[Path] = []
    for number, file in enumerate(files):
        paths.append(folder / f"mutated-{number}")
        paths[-1].write_bytes(file.getvalue())
    return (path.open("rb") for path in paths)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
