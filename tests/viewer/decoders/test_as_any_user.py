"""Decoders as a user without rights has them: there no thread and no process can be started. Root would not notice."""

from __future__ import annotations

import os
import subprocess
import sys

import media_files as files
import pytest

from spanglass_assets.paths import get_media_path

_PROGRAM = """
import importlib, io, json, os, resource, sys, threading
from spanglass_viewer.decoders.__main__ import DECODER_MODULES, answer_wish, open_document
from spanglass_viewer.decoders.confinement import confine
from spanglass_viewer.values.media_formats import get_format
name, wishes = sys.argv[1], json.loads(sys.argv[2])
data = sys.stdin.buffer.read()
module_name, class_name = DECODER_MODULES[get_format(name).decoder]
module = importlib.import_module(f"spanglass_viewer.decoders.{module_name}")
module.load()
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
confine()
try:
    threading.Thread(target=int).start()
    print("a thread was started")
except RuntimeError:
    pass
document = open_document(getattr(module, class_name), io.BytesIO(data), name)
asked = [{"do": wish, "max_px": 600, "at_secs": 0.5, "secs": 0.1} for wish in wishes]
print([type(answer_wish(document, wish)).__name__ for wish in asked], flush=True)
os._exit(0)
"""
_CASES = {
    "PNG": (lambda: files.encode_animation("PNG"), ["picture", "frames"], ["Picture", "Animation"]),
    "AVIF": (lambda: files.encode_animation("AVIF"), ["picture", "frames"], ["Picture", "Animation"]),
    "SVG": (lambda: files.SVG, ["picture"], ["Picture"]),
    "PDF": (lambda: files.encode_pdf(["a"]), ["picture", "page"], ["Picture", "Page"]),
    "WAV": (files.encode_wav, ["picture", "peaks", "sound"], ["Picture", "Peaks", "Sound"]),
    "MP4": (
        lambda: get_media_path("unboxing.mp4").read_bytes(),
        ["picture", "frame", "next_frame"],
        ["Picture", "Frame", "Frame"],
    ),
    **{
        name: (make, ["picture", "peaks", "sound"], ["Picture", "Peaks", "Sound"])
        for name, (_, make) in files.SOUNDS.items()
        if name in {"Ogg", "M4A"}
    },
    "AVI": (lambda: files.encode_film("avi", "mpeg4"), ["picture", "frame"], ["Picture", "Frame"]),
    "WebM": (lambda: files.encode_av1("webm"), ["picture", "frame"], ["Picture", "Frame"]),
    "ZIP": (files.encode_zip, ["table"], ["TableHead"]),
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits of processes are POSIX's")
@pytest.mark.parametrize("name", _CASES)
def test_nothing_that_is_decoded_needs_a_thread(name: str) -> None:
    make, wishes, kinds = _CASES[name]
    command = [sys.executable, "-c", _PROGRAM, name, str(wishes).replace("'", '"')]
    done = subprocess.run(command, input=make(), capture_output=True, timeout=60, check=False)
    assert done.stdout.decode().strip() == str(kinds), done.stderr.decode()[-2000:]
