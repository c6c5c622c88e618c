"""Mutated files before every decoder, with figures: `make fuzz`, or `python tests/hostile/fuzz.py [COUNT]`."""

from __future__ import annotations

import select
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "factories"))

import media_files

from spanglass_assets.paths import get_media_path

_WORKER = Path(__file__).parent / "fuzz_decoder.py"
_SILENCE_SECS = 20.0
_DEFAULT_COUNT = 4000
_VALUE = b'[{"a": 1, "b": "two"}, {"a": 2.5, "b": "[1, {\\"c\\": null}]"}, {"a": "\\ud83d\\ude42", "b": {"d": [true]}}]'


@dataclass
class Outcome:
    """What became of the mutated files of one format."""

    answered: int = 0
    refused: int = 0
    ended: int = 0  # by a signal: out of memory, out of time, or a crash
    silent: int = 0  # ended by us
    signals: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        """How many files it had."""
        return self.answered + self.refused + self.ended + self.silent


def list_samples(folder: Path) -> dict[str, bytes]:
    """Return a small good file for each format that has a decoder of its own."""
    return {
        "PNG": media_files.encode_animation("PNG", 2, (40, 30)),
        "JPEG": media_files.encode_picture("JPEG", (64, 48)),
        "WebP": media_files.encode_animation("WEBP", 2, (40, 30)),
        "GIF": media_files.encode_animation("GIF", 2, (40, 30)),
        "BMP": media_files.encode_picture("BMP", (16, 12)),
        "AVIF": media_files.encode_picture("AVIF", (64, 48)),
        "TIFF": media_files.encode_picture("TIFF", (16, 12)),
        "ICO": media_files.encode_picture("ICO", (32, 32)),
        "SVG": media_files.SVG,
        "PDF": get_media_path("refund-policy.pdf").read_bytes(),
        "WAV": media_files.encode_wav(0.3),
        "MP3": get_media_path("voice-message.mp3").read_bytes()[:8000],
        **{name: make() for name, (_, make) in media_files.SOUNDS.items() if " " not in name},
        "MP4": get_media_path("unboxing.mp4").read_bytes(),
        "WebM": media_files.write_video(folder / "a.webm", 0.5),
        "AVI": media_files.encode_film("avi", "mpeg4", 0.5),
        "Parquet": media_files.write_parquet(folder / "a.parquet"),
        "CSV": media_files.CSV,
        "JSON": media_files.JSON,
        "Logged value": _VALUE,
        "HTML": b"<p>some <b>text</b></p>",
        "Other": bytes(range(256)),
        "ZIP": media_files.encode_zip(),
        "tar": media_files.encode_tar("w"),
        "Compressed tar": media_files.encode_tar(),
    }


def fuzz(format_name: str, sample: Path, count: int) -> Outcome:
    """Feed a decoder with so many files; where it dies it is started again behind the file that did it."""
    outcome, done, signals = Outcome(), 0, list[int]()
    while done < count:
        command = [sys.executable, str(_WORKER), format_name, str(sample), str(done), str(count - done)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as worker:
            letters, was_silent = _read_letters(worker)
        outcome.answered += letters.count(b"a")
        outcome.refused += letters.count(b"f")
        done += len(letters)
        if done < count:
            done += 1
            outcome.silent += was_silent
            outcome.ended += not was_silent
            if not was_silent:
                signals.append(worker.returncode)
    outcome.signals = tuple(signals)
    return outcome


def _read_letters(worker: subprocess.Popen[bytes]) -> tuple[bytes, bool]:
    letters = bytearray()
    if worker.stdout is None:
        raise AssertionError("it is a pipe")
    while select.select([worker.stdout], [], [], _SILENCE_SECS)[0]:
        data = worker.stdout.read1(65536)  # pyright: ignore[reportAttributeAccessIssue] - a buffered pipe
        if not data:
            return bytes(letters), False
        letters += data
    worker.kill()
    return bytes(letters), True


def main(count: int) -> int:
    """Print a line a format."""
    began = time.monotonic()
    print("| format | files | shown | refused | ended by its limits | ended by the clock |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, data in list_samples(Path(folder)).items():
            sample = Path(folder) / "sample"
            sample.write_bytes(data)
            found = fuzz(name, sample, count)
            signals = f" ({', '.join(str(number) for number in sorted(set(found.signals)))})" if found.signals else ""
            print(
                f"| {name} | {found.total:,} | {found.answered:,} | {found.refused:,} | {found.ended:,}{signals} |"
                f" {found.silent:,} |",
                flush=True,
            )
    print(f"\n{time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else _DEFAULT_COUNT))
