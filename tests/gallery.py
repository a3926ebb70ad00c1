"""Photos for the tests that look at them: real JPEGs, sent, attached and made into pictures.

    show = Gallery(server, tablet)
    photo = show.shoot("floor")     taken, announced, stored, its derivatives made
    photo = show.take("floor")      taken and announced; its bytes are still with the tablet

The derivatives are made here by Pillow, so that these tests need no picture worker.
"""

import base64
import hashlib
import io
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from PIL import Image
from tests.factories import Server, Tablet

from fieldops.model.picture import Picture
from fieldops.store import pictures
from fieldops.store.pictures import Derivative, PictureRow
from fieldops_sync.payloads import PictureFacts

_Pair = tuple[Derivative | None, Derivative | None]
WALL = "2026-11-21T19:58:00+08:00"


def claimed(wall: str = WALL) -> dict[str, Any]:
    """When a photo was taken, as its tablet claims."""
    return {"wall": wall, "mono": 1, "boot": "boot-1"}


def jpeg(number: int, width: int = 1800, height: int = 1200) -> bytes:
    """A picture unlike those of other numbers, with a place and a camera in its EXIF."""
    small = Image.new("RGB", (6, 4))
    for at in range(24):
        digest = hashlib.sha256(f"{number}.{at}".encode()).digest()
        small.putpixel((at % 6, at // 6), (digest[0], digest[1], digest[2]))
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "fieldops", f"camera {number}"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    out = io.BytesIO()
    small.resize((width, height), Image.Resampling.BICUBIC).save(out, "JPEG", exif=exif)
    return out.getvalue()


@dataclass
class Shot:
    """One photo: its bytes, its record, its derivatives."""

    data: bytes
    record: str
    thumb: bytes = b""
    view: bytes = b""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass
class Gallery:
    """One walk of one tablet and its photos."""

    server: Server
    tablet: Tablet
    walk: str = field(default_factory=lambda: str(uuid4()))
    count: int = 0

    def take(self, item: str = "floor", data: bytes | None = None, **more: Any) -> Shot:
        """A photo on record; ``more`` are members of ``photo.attach``."""
        self.count += 1
        data = jpeg(self.count) if data is None else data
        sha256 = hashlib.sha256(data).hexdigest()
        payload = {"inspection": self.walk, "item": item, "size_bytes": len(data), **more}
        op = self.tablet.op("photo.attach@1", payload=payload | {"sha256": sha256})
        (receipt,) = self.tablet.receipts_of([op])
        assert receipt["status"] == "applied", receipt
        return Shot(data, op["subject"]["id"])

    def send(self, shot: Shot) -> Shot:
        """Its bytes arrive."""
        named = base64.b64encode(shot.sha256.encode()).decode()
        answer = self.server.client.post(
            "/sync/v1/uploads",
            content=shot.data,
            headers={
                "authorization": f"Bearer {self.tablet.token}",
                "tus-resumable": "1.0.0",
                "upload-length": str(len(shot.data)),
                "upload-metadata": f"sha256 {named}",
                "content-type": "application/offset+octet-stream",
            },
        )
        assert answer.status_code == 201, answer.text
        return shot

    def develop(self, shot: Shot) -> Shot:
        """Its derivatives are made."""
        image = Image.open(io.BytesIO(shot.data))
        shot.thumb, shot.view = _small(image, 320, "WEBP"), _small(image, 1600, "JPEG")
        facts = PictureFacts("decoded", format="JPEG", width=image.width, height=image.height)
        made = (self._put(shot.thumb, "image/webp"), self._put(shot.view))
        self._keep(shot, facts, made)
        return shot

    def give_up(self, shot: Shot, reason: str = "damaged") -> Shot:
        """It turns out that it cannot be decoded."""
        self._keep(shot, PictureFacts("undecodable", reason=reason), (None, None))
        return shot

    def shoot(self, item: str = "floor", **more: Any) -> Shot:
        """Take, send and develop a photo."""
        return self.develop(self.send(self.take(item, **more)))

    def _keep(self, shot: Shot, facts: PictureFacts, made: _Pair) -> None:
        row = PictureRow(bytes.fromhex(shot.sha256), Picture(facts), made[0], made[1])
        self.server.do(lambda s: pictures.put(s, [row], self.server.clock()))

    def _put(self, data: bytes, mime: Any = "image/jpeg") -> Derivative:
        sha256 = hashlib.sha256(data)
        self.server.core.blobs.put(sha256.hexdigest(), io.BytesIO(data), len(data))
        return Derivative(sha256.digest(), len(data), mime)


def _small(image: Image.Image, pixels: int, format: str) -> bytes:
    made = image.convert("RGB")
    made.thumbnail((pixels, pixels))
    out = io.BytesIO()
    made.save(out, format)
    return out.getvalue()


def blob_of(server: Server, sha256: str) -> Any:
    """Where the disk store keeps these bytes."""
    folder = server.core.settings.blob_folder
    return folder / sha256[:2] / sha256


def walk_id(gallery: Gallery) -> UUID:
    """The inspection that the photos belong to."""
    return UUID(gallery.walk)
