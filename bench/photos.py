"""Photos on their way: by tus, by signed PUT, and copied raw, which is the floor of both."""

import base64
import hashlib
import http.client
import mmap
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from bench.server import HOST
from bench.tablet import NotAsWanted, Tablet
from fieldops_sync.mediawire import MediaItem, MediaPlan, MediaSent, MediaStatus

PHOTO_BYTES = 5 * 1000 * 1000
"""A photo of a tablet's camera; domain.md sizes them 2 to 8 MB."""
_MIME = "image/jpeg"
_READ_BYTES = 1024 * 1024
_TOUCHED_BYTES = 768 * 1024 * 1024
"""Twice what the photos of a run take."""
_TUS = {"tus-resumable": "1.0.0"}
_TYPE = {"content-type": "application/offset+octet-stream"}
_FIRST = _TYPE | {"upload-offset": "0"}
_UPLOADS = "/sync/v1/uploads"


class Photo(Struct, frozen=True):
    """Bytes on disk with their hash; ``bytes`` is what a sender holds ready."""

    path: Path
    sha256: str
    bytes: bytes


def shoot(folder: Path, count: int) -> list[Photo]:
    """New photos that no server has; random bytes, as JPEG data compress no further either."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for _ in range(count):
        data = os.urandom(PHOTO_BYTES)
        sha256 = hashlib.sha256(data).hexdigest()
        path = folder / sha256
        path.write_bytes(data)
        made.append(Photo(path, sha256, data))
    return made


def timed(lanes: int, work: Callable[[int, Photo], None], photos: Sequence[Photo]) -> float:
    """Seconds to do ``work(lane, photo)`` for all photos, ``lanes`` at a time."""
    shares = [(lane, photos[lane::lanes]) for lane in range(lanes)]

    def run(share: tuple[int, Sequence[Photo]]) -> None:
        for photo in share[1]:
            work(share[0], photo)

    with ThreadPoolExecutor(lanes) as pool:
        began_s = time.perf_counter()
        list(pool.map(run, shares))
        return time.perf_counter() - began_s


def settle() -> None:
    """Let what was written before be on the disk, and memory be at hand for what comes.

    A virtual machine gets memory from its host when it is first touched, which costs three times
    what writing a photo does, and gives it back soon after: without this, whoever writes where
    nothing was freed a moment ago pays for the host.
    """
    os.sync()
    with mmap.mmap(-1, _TOUCHED_BYTES) as memory:
        for at in range(0, _TOUCHED_BYTES, mmap.PAGESIZE):
            memory[at] = 1


def copy(photo: Photo, folder: Path) -> None:
    """The floor: read, hash and write once, fsync; no name is made durable, nothing recorded."""
    hashed = hashlib.sha256()
    with photo.path.open("rb", buffering=0) as source, (folder / photo.sha256).open("wb") as out:
        while chunk := source.read(_READ_BYTES):
            hashed.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    if hashed.hexdigest() != photo.sha256:
        raise NotAsWanted("a copied photo has another hash")


def hash_cpu_s(photos: Sequence[Photo]) -> float:
    """CPU-seconds that hashing the photos takes, and nothing else."""
    before = time.process_time()
    for photo in photos:
        hashlib.sha256(photo.bytes).digest()
    return time.process_time() - before


def _announced(photo: Photo) -> dict[str, str]:
    pairs = (("sha256", photo.sha256), ("filetype", _MIME))
    metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs)
    return {"upload-length": str(len(photo.bytes)), "upload-metadata": metadata}


class TusSender:
    """One connection that sends photos as a plain tus client does: create, PATCH, done."""

    def __init__(self, port: int, tablet: Tablet) -> None:
        self._http = http.client.HTTPConnection(HOST, port, timeout=120)
        self._headers = _TUS | {"authorization": tablet.headers()["authorization"]}

    def send(self, photo: Photo) -> None:
        """Send a photo whole; raises ``NotAsWanted`` unless the server has stored it."""
        self._begin("PATCH", self.create(photo), _FIRST, len(photo.bytes))
        with photo.path.open("rb") as file:
            # From the file to the socket in the kernel: a tablet has a processor of its own.
            self._http.sock.sendfile(file)
        self._answer(204)

    def send_at_once(self, photo: Photo) -> None:
        """The same by one request: a creation that carries the photo."""
        self._begin("POST", _UPLOADS, _announced(photo) | _TYPE, len(photo.bytes))
        with photo.path.open("rb") as file:
            self._http.sock.sendfile(file)
        self._answer(201)

    def create(self, photo: Photo) -> str:
        """Begin an upload; its path."""
        self._http.request("POST", _UPLOADS, headers=self._headers | _announced(photo))
        return urlsplit(self._answer(201).headers["location"]).path

    def hold(self, photo: Photo, left: int) -> Callable[[], None]:
        """Send a photo but for its last ``left`` bytes; call what comes back to send them too."""
        self._begin("PATCH", self.create(photo), _FIRST, len(photo.bytes))
        self._http.send(photo.bytes[:-left])

        def finish() -> None:
            self._http.send(photo.bytes[-left:])
            self._answer(204)

        return finish

    def close(self) -> None:
        """Let the connection go; the next photo opens another."""
        self._http.close()

    def _begin(self, method: str, place: str, headers: dict[str, str], size_bytes: int) -> None:
        self._http.putrequest(method, place)
        for name, text in (self._headers | headers).items():
            self._http.putheader(name, text)
        self._http.putheader("content-length", str(size_bytes))
        self._http.endheaders()

    def _answer(self, wanted: int) -> http.client.HTTPResponse:
        answer = self._http.getresponse()
        body = answer.read()
        if answer.status != wanted:
            raise NotAsWanted(f"tus: {answer.status} {body[:300]!r}")
        return answer


class PutSender:
    """Sends photos straight to the store, as a tablet does: one plan for all, PUT, complete."""

    def __init__(self, tablet: Tablet) -> None:
        self._tablet = tablet
        self._plans: dict[str, MediaPlan] = {}

    def plan(self, made: Sequence[Photo]) -> None:
        """Ask how the photos are to come; raises ``NotAsWanted`` unless by PUT."""
        items = [MediaItem(photo.sha256, len(photo.bytes), _MIME) for photo in made]
        said = self._tablet.post("media/plan", msgspec.json.encode(items))
        plans = msgspec.json.decode(said, type=list[MediaPlan])
        if any(plan.way != "put" for plan in plans):
            raise NotAsWanted(f"the plan was {plans}")
        self._plans = {plan.sha256: plan for plan in plans}

    def send(self, photo: Photo) -> None:
        """Send a photo of the plan; raises ``NotAsWanted`` unless the server has stored it."""
        self._put(self._plans[photo.sha256], photo)
        sent = msgspec.json.encode(MediaSent(len(photo.bytes), _MIME))
        said = self._tablet.post(f"media/{photo.sha256}/complete", sent)
        if msgspec.json.decode(said, type=MediaStatus).state != "stored":
            raise NotAsWanted(f"complete: {said!r}")

    def close(self) -> None:
        """Let the connection go; the next photo opens another."""
        self._tablet.close()

    def _put(self, plan: MediaPlan, photo: Photo) -> None:
        parts = urlsplit(plan.url)
        store = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=120)
        store.request("PUT", f"{parts.path}?{parts.query}", photo.bytes, plan.headers)
        answer = store.getresponse()
        body = answer.read()
        store.close()
        if answer.status != 200:
            raise NotAsWanted(f"PUT: {answer.status} {body[:300]!r}")


def lasting(tablets: Sequence[Tablet], port: int, count: int) -> Iterator[TusSender]:
    """``count`` senders, three a tablet at most: the protocol's limit."""
    for number in range(count):
        yield TusSender(port, tablets[number // 3])
