"""What a bucket offers: checksums that it checks, old versions that it keeps, locks on objects.

A server may answer a question that it does not know as if it were another one, and even take
``PUT key?legal-hold`` for new bytes of that key: nothing is locked before the bucket has said, in
so many words, that it has object lock.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Literal, TypeVar
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from fieldops.store.blobs.interface import BlobKept, Protection, Versioning
from fieldops.store.blobs.s3http import Refused, Wire, errors, text_of, texts
from fieldops.store.blobs.s3parts import CHECKSUM, base64_of

LockMode = Literal["governance", "compliance"]
_FRESH_S = 300
"""What was learnt is asked again after this long: an operator may have changed the bucket."""
_DENIED = frozenset({"AccessDenied", "ObjectLocked", "InvalidRequest", "HTTP 403"})
_REMOVED_AT_ONCE = 1000
"""Amazon S3 API reference, "DeleteObjects"."""
_T = TypeVar("_T")


class Bucket:
    """One bucket's abilities, asked once in a while; safe to use from many threads."""

    def __init__(self, wire: Wire, prefix: str) -> None:
        self._wire = wire
        self._prefix = prefix
        self._known: dict[str, tuple[float, object]] = {}

    def protection(self) -> Protection:
        """All that the bucket offers, asked now; raises ``BlobStoreDown``."""
        self._known.clear()
        mode, days = self._default()
        return Protection(
            versioning=self.versioning(),
            locks=self.locks(),
            default_mode=mode,
            default_days=days,
            checks_sums=self.checks_sums(),
        )

    def versioning(self) -> Versioning:
        """Whether deleted and overwritten bytes stay as old versions."""
        return self._once("versioning", self._ask_versioning)

    def locks(self) -> bool:
        """Whether object lock is on."""
        return self._once("locks", lambda: "Enabled" in self._lock_texts("ObjectLockEnabled"))

    def checks_sums(self) -> bool:
        """Whether the server refuses bytes that do not have the checksum they came with.

        Only then is a checksum that it reports later worth anything.
        """
        return self._once("checks_sums", self._try_wrong_sum)

    def checks_sent_sums(self) -> bool:
        """Whether it refuses such bytes from a signed PUT too, whose sender is not us."""
        return self._once("checks_sent_sums", self._try_wrong_sent_sum)

    def copies_if(self) -> bool:
        """Whether the server refuses to copy what has another ETag than was asked for."""
        return self._once("copies_if", self._try_wrong_etag)

    def copy(self, source: str, key: str, etag: str) -> None:
        """Copy an object within the bucket if it still has this ETag; raises ``Refused``."""
        headers = {
            "x-amz-copy-source": self._wire.path(source),
            "x-amz-copy-source-if-match": f'"{etag}"',
        }
        self._wire.send("PUT", key, headers=headers)

    def remove(self, key: str) -> None:
        """Remove an object with all its versions; raises ``BlobKept`` if some may not go."""
        with errors(key):
            if self.versioning() not in ("on", "suspended"):
                answer = self._wire.send("DELETE", key)
                if "x-amz-delete-marker" not in answer.headers:
                    return
            kept = [version for version in self._versions(key) if not self._let_go(key, version)]
        if kept:
            raise BlobKept(f"{key}: kept by its retention or legal hold ({len(kept)} versions)")

    def remove_all(self, keys: Sequence[str]) -> None:
        """Remove objects, by one request a thousand where no old versions are kept of them.

        Raises ``BlobKept``, ``BlobStoreDown``; then some of them may be left.
        """
        if self.versioning() in ("on", "suspended"):
            for key in keys:
                self.remove(key)
            return
        for first in range(0, len(keys), _REMOVED_AT_ONCE):
            self._remove_many(keys[first : first + _REMOVED_AT_ONCE])

    def _remove_many(self, keys: Sequence[str]) -> None:
        named = "".join(f"<Object><Key>{escape(key)}</Key></Object>" for key in keys)
        data = f"<Delete><Quiet>true</Quiet>{named}</Delete>".encode()
        with errors("the removal"):
            try:
                sums = {"x-amz-sdk-checksum-algorithm": "SHA256", CHECKSUM: _sum(data)}
                answer = self._wire.send("POST", query={"delete": ""}, headers=sums, body=data)
                is_known = b"DeleteResult" in answer.data
            except Refused:
                is_known = False
            if not is_known:
                for key in keys:
                    self.remove(key)

    def hold(self, key: str, on: bool) -> bool:
        """Place or lift a legal hold on the current version; False if there is no object lock."""
        status = "ON" if on else "OFF"
        return self._lock(key, "legal-hold", f"<LegalHold><Status>{status}</Status></LegalHold>")

    def retain(self, key: str, until: datetime, mode: LockMode) -> bool:
        """Keep the current version until then; a longer retention stays as it is."""
        if self.locks() and self._retained(key) >= until:
            return True
        stamp = until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        text = f"<Mode>{mode.upper()}</Mode><RetainUntilDate>{stamp}</RetainUntilDate>"
        return self._lock(key, "retention", f"<Retention>{text}</Retention>")

    def _lock(self, key: str, what: str, body: str) -> bool:
        with errors(key):
            if not self.locks():
                return False
            data = body.encode()
            # Amazon wants either this checksum or an MD5 of such bodies.
            sums = {"x-amz-sdk-checksum-algorithm": "SHA256", CHECKSUM: _sum(data)}
            self._wire.send("PUT", key, query={what: ""}, headers=sums, body=data)
        return True

    def _retained(self, key: str) -> datetime:
        none = datetime.min.replace(tzinfo=UTC)
        with errors(key):
            try:
                found = self._wire.ask("retention", key)
            except Refused:
                return none
            return max(map(datetime.fromisoformat, texts(found, "RetainUntilDate")), default=none)

    def _versions(self, key: str) -> list[str]:
        """The versions and delete markers of exactly this key."""
        answer = self._wire.send("GET", query={"versions": "", "prefix": key})
        found = [
            one
            for one in ElementTree.fromstring(answer.data).iter()
            if one.tag.rpartition("}")[2] in ("Version", "DeleteMarker")
        ]
        return [text_of(one, "VersionId") for one in found if texts(one, "Key") == [key]]

    def _let_go(self, key: str, version: str) -> bool:
        try:
            self._wire.send("DELETE", key, query={"versionId": version})
        except Refused as refused:
            if refused.code in _DENIED:
                return False
            raise
        return True

    def _ask_versioning(self) -> Versioning:
        try:
            found = self._wire.ask("versioning")
        except Refused:
            return "unknown"
        said = next(iter(texts(found, "Status")), "")
        return {"Enabled": "on", "Suspended": "suspended"}.get(said, "off")  # type: ignore[return-value]

    def _lock_texts(self, name: str) -> list[str]:
        try:
            return texts(self._wire.ask("object-lock"), name)
        except Refused:
            return []

    def _default(self) -> tuple[str, int]:
        """Mode and days of the retention that the bucket gives by itself."""
        with errors("the bucket"):
            mode = next(iter(self._lock_texts("Mode")), "").lower()
            days = sum(map(int, self._lock_texts("Days")))
            return mode, days + 365 * sum(map(int, self._lock_texts("Years")))

    def _try_wrong_sum(self) -> bool:
        return self._is_refused(
            lambda key: self._wire.send("PUT", key, headers=_WRONG, body=b"fieldops")
        )

    def _try_wrong_sent_sum(self) -> bool:
        headers = {**_WRONG, "content-length": "8", "if-none-match": "*"}
        try:
            return self._is_refused(lambda key: self._wire.put_as_client(key, headers, b"fieldops"))
        except Refused:
            return False  # for another reason: what it would do is not known

    def _is_refused(self, put: Callable[[str], object]) -> bool:
        key = f"{self._prefix}check.{secrets.token_hex(8)}"
        try:
            put(key)
        except Refused as refused:
            if refused.status == 400:
                return True
            raise
        self.remove(key)
        return False

    def _try_wrong_etag(self) -> bool:
        key = f"{self._prefix}check.{secrets.token_hex(8)}"
        self._wire.send("PUT", key, body=b"fieldops")
        try:
            self.copy(key, f"{key}.copy", "0" * 32)
        except Refused as refused:
            if refused.status == 412:
                return True
            raise
        else:
            self.remove(f"{key}.copy")
            return False
        finally:
            self.remove(key)

    def _once(self, name: str, ask: Callable[[], _T]) -> _T:
        at_s, found = self._known.get(name, (0.0, None))
        if not at_s or time.monotonic() - at_s > _FRESH_S:
            with errors("the bucket"):
                found = ask()
            self._known[name] = (time.monotonic(), found)
        return found  # type: ignore[return-value]


def _sum(data: bytes) -> str:
    return base64_of(hashlib.sha256(data).hexdigest())


_WRONG = {CHECKSUM: _sum(b"other bytes")}
"""The checksum that a probe comes with."""
