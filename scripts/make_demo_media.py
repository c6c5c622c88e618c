# ruff: noqa: INP001 - a script stands on its own, its folder is no package
"""Draw the sample media of the demo agent: a receipt, a photo, a policy, a voice message and a video.

The files are committed; this script says where they come from and makes them anew. It needs Pillow, numpy
and, for sound and video, `espeak-ng` and `ffmpeg` on PATH.

    python scripts/make_demo_media.py
"""

from __future__ import annotations

import math
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

ASSETS = Path(__file__).parent.parent / "assets" / "spanglass_assets"
MEDIA = ASSETS / "demo" / "media"
MONO = ASSETS / "fonts" / "JetBrainsMono-Regular.ttf"
SEED = 10422
BAR_SHARE = 0.6

RECEIPT_ROWS = (
    ("CORNER STORE", ""),
    ("2026-11-21  13:44", ""),
    ("Order A-10422", ""),
    ("", ""),
    ("Ceramic mug x2", "25.80"),
    ("Gift wrap", "4.10"),
    ("Shipping", "13.00"),
    ("", ""),
    ("TOTAL  USD", "42.90"),
    ("VISA **** 4411", ""),
)
VOICE_TEXT = (
    "Hi, this is Dana. My order, A one zero four two two, arrived today, and both mugs are broken. "
    "I have sent you a photo of the receipt. I would like my money back, please. Thank you."
)
POLICY_PAGES = (
    (
        "Refund policy",
        (
            "Version 12, valid from 1 October 2026",
            "",
            "1. Goods that arrive damaged are refunded in full, shipping included,",
            "   when they are reported within 14 days with a photo or a receipt.",
            "2. Up to USD 50.00 an agent may refund without a second pair of eyes.",
            "3. A refund goes back to the card that paid, never to another one.",
            "4. A refund that fails three times is handed to a person.",
        ),
    ),
    (
        "What the customer is told",
        (
            "Say what was refunded, to which card, and when it will arrive.",
            "Never promise a date earlier than five working days.",
            "Do not ask a customer to send broken goods back.",
        ),
    ),
)


def draw_wood(width: int, height: int) -> Image.Image:
    """Return a wooden table top: planks with a grain of stretched noise."""
    rng = np.random.default_rng(SEED)
    grain = rng.normal(size=(height // 3, width // 60))
    stretched = np.asarray(Image.fromarray(grain.astype(np.float32)).resize((width, height), Image.Resampling.BICUBIC))
    rows = np.arange(height)[:, None] + 9 * stretched
    rings = 0.5 + 0.5 * np.sin(rows / 11.0)
    light = 0.78 + 0.16 * rings + 0.05 * stretched - 0.2 * (np.arange(width) / width)[None, :]
    for seam in range(0, height, height // 3):
        light[max(0, seam - 2) : seam + 3] *= 0.62
    colour = np.array([150, 108, 72])[None, None, :] * light[:, :, None]
    return Image.fromarray(np.clip(colour, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))


def draw_paper() -> Image.Image:
    """Return the receipt as a slip of thermal paper with alpha, slightly creased."""
    width, height = 420, 640
    paper = Image.new("RGBA", (width, height), (250, 249, 244, 255))
    draw = ImageDraw.Draw(paper)
    font = ImageFont.truetype(str(MONO), 24)
    for number, (left, right) in enumerate(RECEIPT_ROWS):
        y = 44 + number * 46
        draw.text((34, y), left, font=font, fill=(52, 52, 58))
        draw.text((width - 34 - draw.textlength(right, font=font), y), right, font=font, fill=(52, 52, 58))
    rng = np.random.default_rng(SEED + 1)
    for x in range(60, width - 60, 3):
        if rng.random() < BAR_SHARE:
            draw.line((x, 540, x, 600), fill=(52, 52, 58), width=int(rng.integers(1, 3)))
    crease = 1 + 0.035 * np.sin(np.linspace(0, 9, height))[:, None] * np.sin(np.linspace(0, 5, width))[None, :]
    pixels = np.asarray(paper).astype(np.float32)
    pixels[:, :, :3] = np.clip(pixels[:, :, :3] * crease[:, :, None], 0, 255)
    return Image.fromarray(pixels.astype(np.uint8))


def paste_with_shadow(table: Image.Image, slip: Image.Image, angle: float, at: tuple[int, int]) -> None:
    """Lay `slip` on `table`, turned by `angle` degrees, with a soft shadow to the lower right."""
    turned = slip.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    shade = Image.new("L", table.size, 0)
    shade.paste(turned.getchannel("A").point(lambda value: value * 150 // 255), (at[0] + 16, at[1] + 20))
    table.paste((18, 10, 6), mask=shade.filter(ImageFilter.GaussianBlur(14)))
    table.paste(turned, at, turned)


def make_receipt() -> None:
    """Write the photo of the receipt."""
    table = draw_wood(1240, 860)
    paste_with_shadow(table, draw_paper(), 5.0, (370, 90))
    vignette = Image.radial_gradient("L").resize(table.size).point(lambda value: 255 - value // 5)
    photo = ImageChops.multiply(table, Image.merge("RGB", [vignette] * 3))
    photo.save(MEDIA / "receipt.jpg", quality=78, optimize=True)


def draw_mug(size: int, tilt: float, crack: float) -> Image.Image:
    """Return a mug on a plain ground; `crack` from 0 (whole) to 1 (broken through)."""
    scale = 3
    mug = Image.new("RGBA", (size * scale, size * scale), (0, 0, 0, 0))
    draw = ImageDraw.Draw(mug)
    unit = size * scale / 100
    draw.ellipse([62 * unit, 36 * unit, 90 * unit, 68 * unit], outline=(58, 108, 160), width=int(6 * unit))
    draw.rounded_rectangle([24 * unit, 26 * unit, 70 * unit, 80 * unit], int(7 * unit), fill=(74, 128, 184))
    draw.rectangle([24 * unit, 50 * unit, 70 * unit, 57 * unit], fill=(236, 232, 222))
    draw.ellipse([24 * unit, 20 * unit, 70 * unit, 34 * unit], fill=(42, 78, 120))
    draw.ellipse([27 * unit, 22 * unit, 67 * unit, 32 * unit], fill=(28, 52, 84))
    line = [(45, 27), (41, 38), (50, 47), (43, 58), (52, 68), (47, 80)]
    seen = line[: max(0, round(crack * len(line)))]
    if len(seen) > 1:
        draw.line([(x * unit, y * unit) for x, y in seen], fill=(20, 24, 34), width=int(2.4 * unit), joint="curve")
    return mug.rotate(tilt, Image.Resampling.BICUBIC).resize((size, size), Image.Resampling.LANCZOS)


def make_photo() -> None:
    """Write the small picture that the demo logs as a base64 data URL."""
    table = draw_wood(160, 120)
    mug = draw_mug(110, -8, 1.0)
    paste_with_shadow(table, mug, 0, (22, 4))
    table.quantize(48).save(MEDIA / "damage.png", optimize=True)


def make_policy() -> None:
    """Write the refund policy: two pages of text in a standard font, with a correct cross-reference table."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    fonts = b"<< /Font << /T << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> /B << /Type /Font"
    fonts += b" /Subtype /Type1 /BaseFont /Helvetica-Bold >> >> >>"
    kids: list[int] = []
    for title, lines in POLICY_PAGES:
        body = f"BT /B 22 Tf 64 760 Td ({title}) Tj /T 12 Tf 0 -34 Td 20 TL\n"
        body += "".join(f"({line}) Tj T*\n" for line in lines) + "ET\n0.36 0.5 0.9 RG 2 w 64 744 m 531 744 l S\n"
        stream = body.encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%sendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources %s /Contents %d 0 R >>"
            % (fonts, len(objects))
        )
        kids.append(len(objects))
    names = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (names, len(kids))
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets: list[int] = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    (MEDIA / "refund-policy.pdf").write_bytes(bytes(out))


def make_voice() -> None:
    """Write the voice message, spoken by espeak-ng."""
    with tempfile.TemporaryDirectory() as folder:
        spoken = Path(folder) / "voice.wav"
        run("espeak-ng", "-v", "en-us+f3", "-s", "152", "-p", "46", "-w", str(spoken), VOICE_TEXT)
        run("ffmpeg", "-i", str(spoken), "-ac", "1", "-ar", "22050", "-b:a", "40k", *plain("voice-message.mp3"))


def make_video() -> None:
    """Write a three-second clip: a mug turns on the table, and its crack comes into view."""
    width, height, frames = 480, 270, 72
    table = draw_wood(width, height)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(frames):
            phase = number / frames
            frame = table.copy()
            mug = draw_mug(220, 9 * math.sin(phase * math.tau), min(1.0, phase * 1.6))
            at = (130 + round(24 * math.sin(phase * math.tau)), 24)
            paste_with_shadow(frame, mug, 0, at)
            frame.save(Path(folder) / f"{number:03}.png")
        source = ("-framerate", "24", "-i", f"{folder}/%03d.png")
        coding = (
            "-c:v",
            "libx264",
            "-preset",
            "veryslow",
            "-crf",
            "30",
            "-pix_fmt",
            "yuv420p",
            "-movflags",
            "+faststart",
        )
        run("ffmpeg", *source, *coding, "-movflags", "+faststart", *plain("unboxing.mp4"))


def plain(name: str) -> tuple[str, ...]:
    """Return ffmpeg's arguments for a file without dates or encoder versions, so that it comes out the same."""
    return ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact", "-y", str(MEDIA / name))


def run(*command: str) -> None:
    """Run a tool quietly. Raises CalledProcessError where it fails."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main() -> None:
    """Make every file anew."""
    MEDIA.mkdir(parents=True, exist_ok=True)
    make_receipt()
    make_photo()
    make_policy()
    make_voice()
    make_video()


if __name__ == "__main__":
    main()
