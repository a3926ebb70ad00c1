"""Sending one photo by tus 1.0 (https://tus.io/protocols/resumable-upload, 2013-2016).

    create ────────────────┐
    begun before ──> HEAD ─┴> PATCH, PATCH, … ──> all bytes there
                      ^  └── 409, 460, a cut ──┘
                      └ 404, 410: the upload is gone, unless the server has the photo by now

Where to go on is always the server's word: that of a HEAD, or of the creation itself, which spares
a round trip.  A chunk carries its own hash, so a flipped byte costs one chunk.
"""

import base64
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx
import msgspec

from fieldops_sync.events import PhotoProgress
from fieldops_sync.outbox import Outbox
from fieldops_sync.photoshelf import Photo
from fieldops_sync.transport import (
    Answered,
    BadAnswer,
    DeviceRevoked,
    Link,
    Notify,
    SyncError,
    Token,
    bearer,
    problem_of,
    retry_after_s,
)

CHUNK_BYTES = 1024 * 1024
"""What a cut costs at most; each chunk is one request and, at the server, one fsync."""
CHUNK_LEAST_BYTES = 256 * 1024
"""Smaller ones save little: at 1 Mbit/s, shared by three, this takes 6 s."""
CHUNK_SLOW_S = 8.0
"""A chunk that took longer, or broke off later, was too large for this link."""
CHUNK_FAST_S = 2.0
STALLS_MAX = 8
"""Attempts in a row without a byte of progress before a photo waits for the next sync."""
UPLOADS_MAX = 3
"""Times that a photo is begun anew within one sync."""

_TUS = {"tus-resumable": "1.0.0"}
_NOT_NOW = frozenset({408, 423, 425, 429, 500, 502, 503, 504})
_GONE = frozenset({404, 410})
_CHECKSUM_MISMATCH = 460


_Value = TypeVar("_Value")


class UploadFailed(SyncError):
    """A photo did not get through; it stays in the outbox."""


class _Gone(Exception):
    """The server does not know this upload any more."""


class _Stalled(Exception):
    def __init__(self, why: str, at_least_s: float = 0.0) -> None:
        super().__init__(why)
        self.at_least_s = at_least_s


class Pace:
    """How much goes into one chunk: less on a slow link, where a cut is likelier within it."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self.chunk_bytes = CHUNK_BYTES
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()

    @contextmanager
    def chunk(self) -> Iterator[None]:
        """Time the sending of one chunk, whether it gets through or not."""
        began_s, is_through = self._monotonic_s(), False
        try:
            yield
            is_through = True
        finally:
            self._learn(self._monotonic_s() - began_s, is_through)

    def _learn(self, took_s: float, is_through: bool) -> None:
        with self._lock:
            if took_s > CHUNK_SLOW_S:
                self.chunk_bytes = max(CHUNK_LEAST_BYTES, self.chunk_bytes // 2)
            elif is_through and took_s < CHUNK_FAST_S:
                self.chunk_bytes = min(CHUNK_BYTES, self.chunk_bytes * 2)


class Uploader:
    """Sends photos of an outbox; ``has_photo`` asks the server whether it has one."""

    def __init__(
        self,
        outbox: Outbox,
        link: Link,
        token: Token,
        notify: Notify,
        has_photo: Callable[[str], bool],
        pace: Pace,
    ) -> None:
        self._outbox = outbox
        self._link = link
        self.pauses = link.pauses
        self._token = token
        self._notify = notify
        self._has_photo = has_photo
        self._pace = pace

    def send(self, photo: Photo, url: str) -> None:
        """Bring all bytes of a photo to the server, from where it stands.

        ``url``: where uploads are created, or an upload that the server has begun for this photo.
        Raises UploadFailed, and SyncError when the device may not go on at all.
        """
        for _ in range(UPLOADS_MAX):
            begun = self._begun(photo, url)
            try:
                self._run(photo, *begun)
                return
            except _Gone:
                self._outbox.set_upload_url(photo.sha256, "")
                if self._has_photo(photo.sha256):
                    return
                if not self._outbox.check_photo(photo.sha256):
                    raise UploadFailed("the file on the tablet is damaged") from None
                url = "uploads"
                photo = _without_url(photo)
        raise UploadFailed(f"begun {UPLOADS_MAX} times and lost each time")

    def _begun(self, photo: Photo, url: str) -> tuple[str, int | None]:
        """The url of the upload to go on with, and from where if that is known.

        Creates one where there is none.
        """
        if photo.url:
            return photo.url, None
        if url.rstrip("/").rsplit("/", 1)[-1] != "uploads":
            return url, None
        created, offset = self._stubbornly(lambda: self._create(photo, url))
        self._outbox.set_upload_url(photo.sha256, created)
        return created, offset

    def _create(self, photo: Photo, url: str) -> tuple[str, int | None]:
        metadata = ",".join(
            f"{name} {base64.b64encode(value.encode()).decode()}"
            for name, value in (("sha256", photo.sha256), ("filetype", photo.mime))
        )
        headers = {"upload-length": str(photo.size_bytes), "upload-metadata": metadata}
        answered = self._ask("POST", url, headers)
        if "location" not in answered.headers:
            raise BadAnswer("an upload was created without a Location")
        # tus 1.0 lets a server leave it out where no bytes came along.
        is_said = "upload-offset" in answered.headers
        return answered.headers["location"], _offset_of(answered) if is_said else None

    def _run(self, photo: Photo, url: str, begun: int | None) -> None:
        """PATCH until all is there, from ``begun`` on; after every trouble from where a HEAD says,
        and so at first where ``begun`` is not known."""
        stalls, reached = 0, -1
        while True:
            offset = self._stubbornly(lambda: self._offset(url)) if begun is None else begun
            begun = None
            if offset > photo.size_bytes:
                raise UploadFailed("the server has more bytes than the photo")
            stalls, reached = (0 if offset > reached else stalls), max(offset, reached)
            try:
                self._patch_from(photo, url, offset)
                return
            except _Stalled as stalled:
                stalls += 1
                if stalls >= STALLS_MAX:
                    raise UploadFailed(f"no progress: {stalled}") from stalled
                self._link.pauses.wait(stalls - 1, str(stalled), stalled.at_least_s)

    def _offset(self, url: str) -> int:
        return _offset_of(self._ask("HEAD", url, {}))

    def _patch_from(self, photo: Photo, url: str, offset: int) -> None:
        self._notify(PhotoProgress(photo.sha256, offset, photo.size_bytes))
        with self._outbox.photo_path(photo.sha256).open("rb") as file:
            file.seek(offset)
            while offset < photo.size_bytes:
                chunk = file.read(self._pace.chunk_bytes)
                if not chunk:
                    self._outbox.check_photo(photo.sha256)
                    raise UploadFailed("the file on the tablet is cut short")
                with self._pace.chunk():
                    offset = self._patch(url, offset, chunk)
                file.seek(offset)
                self._notify(PhotoProgress(photo.sha256, offset, photo.size_bytes))

    def _patch(self, url: str, offset: int, chunk: bytes) -> int:
        digest = base64.b64encode(hashlib.sha256(chunk).digest()).decode()
        headers = {
            "content-type": "application/offset+octet-stream",
            "upload-offset": str(offset),
            "upload-checksum": f"sha256 {digest}",
        }
        text = self._ask("PATCH", url, headers, chunk).headers.get("upload-offset", "")
        if text != str(offset + len(chunk)):
            raise _Stalled(f"the server stands at {text or 'an unknown offset'}")
        return offset + len(chunk)

    def _ask(
        self, method: str, url: str, headers: dict[str, str], content: bytes = b""
    ) -> Answered:
        """One tus request; troubles as _Gone, _Stalled or SyncError."""
        token = self._token.get()
        try:
            answered = self._link.send(method, url, {**_TUS, **bearer(token), **headers}, content)
        except httpx.TransportError as error:
            raise _Stalled(type(error).__name__) from error
        if answered.status < 300:
            return answered
        if answered.status in _GONE:
            raise _Gone
        if answered.status == 401:
            self._token.drop(token)
        if answered.status in {401, 409, _CHECKSUM_MISMATCH} and not _is_revoked(answered):
            raise _Stalled(f"{method}: {answered.status}")
        if answered.status in _NOT_NOW:
            raise _Stalled(f"{method}: {answered.status}", retry_after_s(answered))
        raise _failure(answered)

    def _stubbornly(self, ask: Callable[[], _Value]) -> _Value:
        for attempt in range(STALLS_MAX):
            try:
                return ask()
            except _Stalled as stalled:
                self._link.pauses.wait(attempt, str(stalled), stalled.at_least_s)
        raise UploadFailed("no answer about the upload")


def _offset_of(answered: Answered) -> int:
    text = answered.headers.get("upload-offset", "")
    if not (text.isascii() and text.isdigit()):
        raise BadAnswer("an upload without Upload-Offset")
    return int(text)


def _without_url(photo: Photo) -> Photo:
    return msgspec.structs.replace(photo, url="")


def _is_revoked(answered: Answered) -> bool:
    return isinstance(problem_of(answered), DeviceRevoked)


def _failure(answered: Answered) -> SyncError:
    problem = problem_of(answered)
    return problem if isinstance(problem, DeviceRevoked) else UploadFailed(str(problem))
