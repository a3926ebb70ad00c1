"""The list of bad, odd and hostile pictures: how each is made, and what must be said of it.

A reason says why it is undecodable; an empty one that it is decoded all the same.
"""

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial

import pillow_heif
from PIL import Image, ImageCms
from tests.pictures.making import exif, jpeg, quarters, saved, scene

KB = 1024


@dataclass(frozen=True)
class Case:
    """One picture; ``make`` gives its bytes."""

    name: str
    make: Callable[[], bytes]
    reason: str = ""


def cases() -> list[Case]:
    """All of them, each name once."""
    found = [case for part in _PARTS for case in part()]
    assert len({case.name for case in found}) == len(found)
    return found


# What is cut off


@cache
def base(format_: str) -> bytes:
    """A good photo of some dozen KB in a format."""
    if format_ == "JPEG":
        return jpeg(scene(900, 700), quality=90, exif=exif(), comment=b"a walk")
    if format_ == "PNG":
        return saved(scene(160, 120), "PNG", exif=exif())
    if format_ == "WEBP":
        return saved(scene(900, 700), "WEBP", exif=exif())
    return heic(scene(900, 700), exif=exif())


def heic(image: Image.Image, **more: object) -> bytes:
    """An HEIC; only tests can write it."""
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, quality=80, **more)
    return out.getvalue()


def cut() -> Iterator[Case]:
    for format_ in ("JPEG", "PNG", "WEBP", "HEIC"):
        for at in range(KB, len(base(format_)), KB):
            make = _bytes(base(format_)[:at])
            yield Case(f"{format_}-cut-at-{at // KB}-KB", make, "truncated")
        yield Case(f"{format_}-whole", partial(base, format_))
    yield Case("JPEG-without-its-last-byte", lambda: base("JPEG")[:-1], "truncated")
    yield Case("JPEG-without-its-last-100-bytes", lambda: base("JPEG")[:-100], "truncated")
    yield Case("JPEG-of-three-bytes", lambda: base("JPEG")[:3], "truncated")
    yield Case("PNG-of-its-signature", lambda: base("PNG")[:8], "truncated")
    yield Case("PNG-without-its-end", lambda: base("PNG")[:-12])
    yield Case("WEBP-of-twelve-bytes", lambda: base("WEBP")[:12], "truncated")


# What is no picture of the four formats


def _pillow(format_: str) -> Callable[[], bytes]:
    return lambda: saved(scene(64, 48), format_)


def _bytes(data: bytes) -> Callable[[], bytes]:
    return lambda: data


def disguised() -> Iterator[Case]:
    for format_ in ("BMP", "DDS", "EPS", "GIF", "ICNS", "ICO", "IM", "JPEG2000", "MSP", "PCX",
                    "PDF", "PPM", "SGI", "SPIDER", "TGA", "TIFF", "XBM", "AVIF"):  # fmt: skip
        mode = {"MSP": "1", "XBM": "1"}.get(format_, "RGB")
        size = (128, 128) if format_ == "ICNS" else (64, 48)
        make = lambda f=format_, m=mode, s=size: saved(scene(*s).convert(m), f)  # noqa: E731
        yield Case(f"{format_}-in-disguise", make, "format")
    texts = {
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "HTML": b"<!doctype html><script>alert(1)</script>",
        "PSD": b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 64, 64, 8, 3) + bytes(100),
        "WMF": b"\xd7\xcd\xc6\x9a" + bytes(100),
        "EMF": b"\1\0\0\0" + bytes(36) + b" EMF" + bytes(60),
        "ZIP": b"PK\3\4" + bytes(100),
        "ELF": b"\x7fELF" + bytes(100),
        "MP4": b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(100),
        "AVIF-as-mif1": b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif" + bytes(100),
        "ImageMagick-script": b"push graphic-context\nimage over 0,0 0,0 'https://example/'",
        "WAV": b"RIFF\x24\0\0\0WAVEfmt " + bytes(100),
        "FLIF": b"FLIF" + bytes(100),
        "JPEG-XL": b"\xff\x0a" + bytes(100),
        "zeros": bytes(1000),
        "one-byte": b"\xff",
        "two-bytes-of-JPEG": b"\xff\xd8",
        "text": "物业巡检".encode() * 50,
    }
    for name, data in texts.items():
        yield Case(f"{name}-in-disguise", _bytes(data), "format")
    for seed in range(8):
        yield Case(f"random-{seed}", _bytes(random.Random(seed).randbytes(5000)), "format")
    yield Case("zero-bytes", _bytes(b""), "empty")


def polyglots() -> Iterator[Case]:
    html = b"<html><script>alert(1)</script></html>"
    zipped = b"PK\3\4" + bytes(200) + b"PK\5\6" + bytes(18)
    yield Case("JPEG-and-ZIP", lambda: jpeg() + zipped)
    yield Case("JPEG-and-HTML-behind", lambda: jpeg() + html)
    yield Case("JPEG-and-HTML-in-its-comment", lambda: jpeg(comment=html))
    yield Case("JPEG-and-JPEG", lambda: jpeg() + jpeg(scene(64, 48)))
    yield Case("PNG-and-ZIP", lambda: saved(scene(64, 48), "PNG") + zipped)
    yield Case("WEBP-and-ZIP", lambda: base("WEBP") + zipped)
    yield Case("PDF-and-JPEG", lambda: b"%PDF-1.4\n" + jpeg(), "format")
    yield Case("GIFAR", lambda: saved(scene(64, 48), "GIF") + zipped, "format")
    yield Case("JPEG-behind-a-newline", lambda: b"\n" + jpeg(), "format")
    yield Case("JPEG-behind-a-byte-order-mark", lambda: b"\xef\xbb\xbf" + jpeg(), "format")


# Bombs


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk."""
    whole = kind + data
    return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))


def png(width: int, height: int, depth: int = 8, colour: int = 2, *, body: bytes | None = None,
        before: bytes = b"", interlaced: bool = False) -> bytes:  # fmt: skip
    """A PNG by hand; black, unless ``body`` gives its filtered rows."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    if body is None:
        channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
        body = bytes(height * (1 + (width * depth * channels + 7) // 8))
    data = chunk(b"IDAT", zlib.compress(body, 1))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + before + data + chunk(b"IEND", b"")


def _squeezed(size_bytes: int) -> bytes:
    return zlib.compress(bytes(size_bytes), 9)


def declared(data: bytes, width: int, height: int) -> bytes:
    """A JPEG that says it has another size."""
    at = next(data.index(sof) for sof in (b"\xff\xc0", b"\xff\xc2") if sof in data)
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def webp_head(width: int, height: int, kind: bytes) -> bytes:
    """A WEBP that has hardly more than its head."""
    if kind == b"VP8X":
        body = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    elif kind == b"VP8L":
        body = b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little") + bytes(20)
    else:
        body = b"\x10\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height) + bytes(20)
    whole = b"WEBP" + kind + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def heic_declared(width: int, height: int) -> bytes:
    """An HEIC that says it has another size."""
    data = bytearray(base("HEIC"))
    at = data.index(b"ispe")
    data[at + 8 : at + 16] = struct.pack(">II", width, height)
    return bytes(data)


def bombs() -> Iterator[Case]:
    yield Case("PNG-of-4-gigapixels", lambda: png(65_535, 65_535, body=b""), "too-large")
    yield Case("PNG-of-most-pixels", lambda: png(2**31 - 1, 2**31 - 1, body=b""), "too-large")
    yield Case("PNG-bomb-of-900-MP", lambda: png(30_000, 30_000, 1, 0), "too-large")
    yield Case("PNG-of-65-MP", lambda: png(10_000, 6_500, 1, 0), "too-large")
    yield Case("PNG-of-64-MP", lambda: png(10_000, 6_400, 1, 0))
    yield Case("PNG-of-60-MP", lambda: png(10_000, 6_000))
    yield Case("PNG-of-60-MP-with-alpha", lambda: png(10_000, 6_000, colour=6))
    yield Case("PNG-of-60-MP-of-16-bits", lambda: png(10_000, 6_000, 16, 2))
    yield Case("PNG-that-unpacks-to-more-than-it-says", lambda: png(8, 8, body=bytes(10**8)))
    yield Case("PNG-without-pixels", lambda: png(0, 0, body=b""), "damaged")
    yield Case("PNG-without-data", lambda: png(100, 100, body=b""), "damaged")
    text = b"Comment\0\0" + _squeezed(10**8)
    yield Case("PNG-zTXt-bomb", lambda: png(8, 8, before=chunk(b"zTXt", text)), "damaged")
    long = b"Comment\0\1\0\0\0" + _squeezed(10**8)
    yield Case("PNG-iTXt-bomb", lambda: png(8, 8, before=chunk(b"iTXt", long)), "damaged")
    profile = b"icc\0\0" + _squeezed(10**8)
    yield Case("PNG-iCCP-bomb", lambda: png(8, 8, before=chunk(b"iCCP", profile)), "damaged")
    many = b"".join(chunk(b"tEXt", b"k%d\0v" % number) for number in range(20_000))
    yield Case("PNG-of-20000-texts", lambda: png(8, 8, before=many))
    empty = chunk(b"IDAT", b"") * 50_000
    yield Case("PNG-of-50000-empty-pieces", lambda: png(8, 8, before=empty))
    yield Case("JPEG-of-4-gigapixels", lambda: declared(jpeg(), 65_500, 65_500), "too-large")
    yield Case("JPEG-of-65-MP", lambda: declared(jpeg(), 10_000, 6_500), "too-large")
    yield Case("JPEG-that-ends-before-its-last-row", lambda: declared(jpeg(), 8_000, 8_000))
    yield Case("JPEG-without-pixels", lambda: declared(jpeg(), 640, 0), "damaged")
    yield Case("JPEG-of-60-MP", lambda: jpeg(flat(10_000, 6_000)))
    yield Case("JPEG-of-60-MP-progressive",
               lambda: jpeg(flat(10_000, 6_000), progressive=True, subsampling=0))  # fmt: skip
    yield Case("JPEG-of-20000-comments", lambda: _led(jpeg(), b"\xff\xfe\0\4hi" * 20_000))
    yield Case("JPEG-of-40-scans-more", lambda: many_scans(40))
    for kind in (b"VP8X", b"VP8L", b"VP8 "):
        name = kind.decode().strip()
        yield Case(f"WEBP-{name}-of-268-MP", partial(webp_head, 16_383, 16_383, kind), "too-large")
        yield Case(f"WEBP-{name}-of-nothing", partial(webp_head, 100, 100, kind), "damaged")
    yield Case("WEBP-of-27-MP", lambda: webp_head(6_000, 4_500, b"VP8X"), "too-large")
    yield Case("HEIC-of-900-MP", lambda: heic_declared(30_000, 30_000), "too-large")
    yield Case("HEIC-of-60-MP", lambda: heic_declared(10_000, 6_000), "too-large")
    nested = b"\0\0\0\x08meta" * 20_000
    yield Case("HEIC-of-20000-boxes", lambda: base("HEIC")[:24] + nested, "truncated")


def flat(width: int, height: int) -> Image.Image:
    """A large picture that is made at once."""
    return quarters().resize((width, height), Image.Resampling.NEAREST)


def _led(data: bytes, segments: bytes) -> bytes:
    """A JPEG with more segments at its start."""
    return data[:2] + segments + data[2:]


def many_scans(more: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again, which costs a pass each time."""
    data = jpeg(scene(1600, 1200), progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * more + b"\xff\xd9"


# Metadata that is meant to hurt


def app(number: int, data: bytes) -> bytes:
    """A JPEG application segment."""
    return b"\xff" + bytes([0xE0 + number]) + struct.pack(">H", len(data) + 2) + data


def tiff(
    *entries: tuple[int, int, int, bytes], order: str = "<", more: bytes = b"", next_ifd: int = 0
) -> bytes:
    """EXIF with one directory of (tag, type, count, four bytes) and what lies behind it."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    rows = b"".join(struct.pack(order + "HHI", *row[:3]) + row[3] for row in entries)
    count = struct.pack(order + "H", len(entries) & 0xFFFF)
    tail = struct.pack(order + "I", next_ifd)
    return b"Exif\0\0" + mark + struct.pack(order + "I", 8) + count + rows + tail + more


def _long(value: int) -> bytes:
    return struct.pack("<I", value)


def hostile_metadata() -> Iterator[Case]:
    plain = jpeg(scene(320, 240))
    note = (0x927C, 7, 0xFFFF_FFFF, _long(8))
    evil = {
        "cyclic": tiff((0x8769, 4, 1, _long(8)), (0x8825, 4, 1, _long(8)), next_ifd=8),
        "pointing-out": tiff((0x8769, 4, 1, _long(0xFFFF_FFF0)), (0x8825, 4, 1, _long(60_000))),
        "maker-note": tiff(note, (0x8769, 4, 1, _long(8)), more=bytes(60_000)),
        "5000-tags": tiff(*[(tag % 0xFFFF, 2, 4, b"abc\0") for tag in range(5_000)]),
        "65535-tags-that-are-not-there": b"Exif\0\0II*\0\x08\0\0\0\xff\xff",
        "no-TIFF": b"Exif\0\0" + bytes(range(256)),
        "empty": b"Exif\0\0",
        "wrong-types": tiff(*[(tag, 12, 9, bytes(4)) for tag in (0x10F, 0x110, 0x112, 0x8769)]),
        "zero-denominators": tiff(
            (0x11A, 5, 1, _long(8)), (0x11B, 5, 1, _long(26)), (0x128, 3, 1, _long(2))
        ),
    }
    for name, data in evil.items():
        yield Case(f"JPEG-EXIF-{name}", _bytes(_led(plain, app(1, data))))
        yield Case(f"PNG-EXIF-{name}", _bytes(png(8, 8, before=chunk(b"eXIf", data[6:]))))
    tags = tiff(*[(tag, 2, 4, b"abc\0") for tag in range(10_000)])
    yield Case("PNG-EXIF-10000-tags", _bytes(png(8, 8, before=chunk(b"eXIf", tags[6:]))))
    xmp = b"http://ns.adobe.com/xap/1.0/\0" + b"<x:xmpmeta>" + b"<a>" * 20_000
    yield Case("JPEG-XMP-deep", _bytes(_led(plain, app(1, xmp))))
    laughs = b"http://ns.adobe.com/xap/1.0/\0<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]>&b;"
    yield Case("JPEG-XMP-billion-laughs", _bytes(_led(plain, app(1, laughs))))
    yield Case(
        "JPEG-photoshop-block-broken",
        _bytes(_led(plain, app(13, b"Photoshop 3.0\0" + b"8BIM" * 9))),
    )
    yield Case("JPEG-MPF-broken", _bytes(_led(plain, app(2, b"MPF\0" + bytes(40)))))
    yield Case("JPEG-Adobe-short", _bytes(_led(plain, app(14, b"Adobe"))), "damaged")
    yield Case("JPEG-JFIF-short", _bytes(_led(plain, app(0, b"JFIF"))), "damaged")
    for name, data in _profiles().items():
        parts = [data[at : at + 60_000] for at in range(0, len(data), 60_000)] or [b""]
        head = b"ICC_PROFILE\0"
        led = b"".join(
            app(2, head + bytes([number % 256, len(parts) % 256]) + part)
            for number, part in enumerate(parts, 1)
        )
        yield Case(f"JPEG-ICC-{name}", _bytes(_led(plain, led)))
        yield Case(f"PNG-ICC-{name}", partial(saved, scene(64, 48), "PNG", icc_profile=data))
        yield Case(f"WEBP-ICC-{name}", partial(saved, scene(64, 48), "WEBP", icc_profile=data))


def _profiles() -> dict[str, bytes]:
    good = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    lying = bytearray(srgb)
    lying[:4] = b"\xff\xff\xff\xff"
    tags = bytearray(srgb)
    tags[128:132] = b"\0\xff\xff\xff"
    cmyk = bytearray(srgb)
    cmyk[16:20] = b"CMYK"
    return {
        "random": random.Random(1).randbytes(3_000),
        "zeros": bytes(500),
        "cut": bytes(srgb[:200]),
        "of-another-space": good,
        "that-lies-of-its-size": bytes(lying),
        "of-16-million-tags": bytes(tags),
        "that-says-CMYK": bytes(cmyk),
        "of-900-KB": bytes(srgb) + bytes(900_000),
    }


# What is odd and fine


def odd() -> Iterator[Case]:
    for orientation in range(1, 9):
        data = exif(orientation)
        for format_ in ("JPEG", "PNG", "WEBP"):
            make = lambda f=format_, d=data: saved(quarters(), f, exif=d)  # noqa: E731
            yield Case(f"{format_}-orientation-{orientation}", make)
        yield Case(f"HEIC-orientation-{orientation}", partial(heic, quarters(), exif=data))
    for value in (0, 9, 255, 65_535):
        yield Case(f"JPEG-orientation-{value}", partial(jpeg, quarters(), exif=exif(value)))
    for mode in ("L", "CMYK"):
        for progressive in (False, True):
            kind = "progressive" if progressive else "baseline"
            make = lambda m=mode, p=progressive: jpeg(scene().convert(m), progressive=p)  # noqa: E731
            yield Case(f"JPEG-{mode}-{kind}", make)
    yield Case("JPEG-of-one-pixel", lambda: jpeg(scene(1, 1)))
    yield Case("JPEG-of-one-column", lambda: jpeg(scene(1, 60_000)))
    yield Case("JPEG-of-one-row", lambda: jpeg(scene(60_000, 1)))
    yield Case("JPEG-with-a-large-thumbnail-in-its-EXIF", _nested_thumbnail)
    yield Case("JPEG-burst", _burst)
    for mode in ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16"):
        kept = "RGBA" if mode == "PA" else mode
        yield Case(f"PNG-{mode}", partial(saved, scene().convert(kept), "PNG"))
    yield Case("PNG-16-bit-colour", lambda: png(64, 48, 16, 2))
    yield Case("PNG-16-bit-with-alpha", lambda: png(64, 48, 16, 6))
    yield Case("PNG-16-bit-grey-large", lambda: png(3_400, 3_000, 16, 0))
    yield Case(
        "PNG-palette-with-transparency", lambda: saved(scene().convert("P"), "PNG", transparency=3)
    )
    yield Case(
        "PNG-grey-with-transparency", lambda: saved(scene().convert("L"), "PNG", transparency=3)
    )
    yield Case("PNG-interlaced", lambda: png(8, 8, 8, 0, body=bytes(64 + 15), interlaced=True))
    yield Case("PNG-animated", lambda: _animated("PNG"))
    yield Case("WEBP-animated", lambda: _animated("WEBP"))
    yield Case("WEBP-lossless", lambda: saved(scene(), "WEBP", lossless=True))
    yield Case("WEBP-with-alpha", lambda: saved(scene().convert("RGBA"), "WEBP"))
    yield Case("HEIC-with-alpha", lambda: heic(scene().convert("RGBA")))
    yield Case("HEIC-grey", lambda: heic(scene().convert("L")))
    yield Case("HEIC-odd-size", lambda: heic(scene(333, 271)))
    yield Case("HEIC-of-two-pictures", _two_heics)


def _nested_thumbnail() -> bytes:
    inner = jpeg(scene(160, 120))
    data = tiff((0x0112, 3, 1, _long(1)), more=inner)
    return _led(jpeg(), app(1, data[:65_000]))


def _burst() -> bytes:
    out = io.BytesIO()
    scene().save(out, "MPO", save_all=True, append_images=[scene(seed=2)])
    return out.getvalue()


def _animated(format_: str) -> bytes:
    return saved(scene(), format_, save_all=True, append_images=[scene(seed=2), scene(seed=3)])


def _two_heics() -> bytes:
    both = pillow_heif.from_pillow(scene())
    both.add_from_pillow(scene(seed=2))
    out = io.BytesIO()
    both.save(out, quality=50)
    return out.getvalue()


# What is broken inside


def _changed(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def _without(data: bytes, marker: bytes) -> bytes:
    """A JPEG without its first segment of a kind."""
    at = data.index(marker)
    return data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]


def broken() -> Iterator[Case]:
    plain = jpeg()
    yield Case("JPEG-without-tables", lambda: _without(plain, b"\xff\xdb"), "damaged")
    yield Case("JPEG-without-a-frame", lambda: _without(plain, b"\xff\xc0"), "damaged")
    yield Case(
        "JPEG-of-12-bits", lambda: _changed(plain, plain.index(b"\xff\xc0") + 4, b"\x0c"), "damaged"
    )
    yield Case("JPEG-arithmetic", lambda: _changed(plain, plain.index(b"\xff\xc0"), b"\xff\xc9"))
    yield Case(
        "JPEG-lossless", lambda: _changed(plain, plain.index(b"\xff\xc0"), b"\xff\xc3"), "damaged"
    )
    yield Case(
        "JPEG-of-nine-channels",
        lambda: _changed(plain, plain.index(b"\xff\xc0") + 9, b"\x09"),
        "damaged",
    )
    yield Case(
        "JPEG-of-noise-in-its-scan",
        lambda: _changed(plain, plain.index(b"\xff\xda") + 20, bytes(500)),
    )
    yield Case("JPEG-and-nothing-but-its-end", lambda: b"\xff\xd8\xff\xd9", "truncated")
    yield Case("JPEG-of-padding", lambda: b"\xff\xd8" + b"\xff" * 5_000, "truncated")
    for seed in range(4):
        noise = random.Random(seed).randbytes(3_000).replace(b"\xff", b"\0")
        # Where the first marker is one, the length behind it leads out of the file.
        reason = "truncated" if seed else "damaged"
        yield Case(f"JPEG-head-and-noise-{seed}", _bytes(b"\xff\xd8\xff" + noise), reason)
        yield Case(f"PNG-head-and-noise-{seed}", _bytes(b"\x89PNG\r\n\x1a\n" + noise), "truncated")
    good = saved(scene(64, 48), "PNG")
    at = good.index(b"IDAT")
    yield Case(
        "PNG-with-a-wrong-checksum-of-its-head", lambda: _changed(good, 29, b"\0\0\0\0"), "damaged"
    )
    yield Case("PNG-with-noise-in-its-data", lambda: _changed(good, at + 10, bytes(50)), "damaged")
    yield Case("PNG-of-an-unknown-colour", lambda: _changed(good, 25, b"\x09"), "damaged")
    yield Case("PNG-without-its-data", lambda: good[: at - 4] + good[-12:], "damaged")
    webp = base("WEBP")
    yield Case("WEBP-with-noise-in-its-head", lambda: _changed(webp, 12, bytes(60)), "damaged")
    yield Case("WEBP-that-says-it-is-longer", lambda: _changed(webp, 4, b"\0\0\0\x10"), "truncated")
    coded = base("HEIC")
    inside = coded.index(b"mdat") + 4
    yield Case(
        "HEIC-of-zeros-in-its-data", lambda: coded[:inside] + bytes(len(coded) - inside), "damaged"
    )
    yield Case("HEIC-without-meta", lambda: coded.replace(b"meta", b"free"), "truncated")


_PARTS = (cut, disguised, polyglots, bombs, hostile_metadata, odd, broken)
