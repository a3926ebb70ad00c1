"""A company whose photos are judged: tablets attach them, they are stored, looked at and noted."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel import Session
from tests.factories import (
    BOOT,
    Company,
    Server,
    Tablet,
    add_person,
    enrol_tablet,
    found_company,
    running,
)

from fieldops.flow.enter import enter_server, server_op
from fieldops.flow.evidence import EvidenceReader
from fieldops.flow.follow import LogReader, step
from fieldops.flow.handin import Handin, HandinAnswer
from fieldops.flow.react import DirectHandin
from fieldops.flow.timing import rfc3339
from fieldops.model.access import Role
from fieldops.model.picture import Measures, Picture
from fieldops.model.record import State
from fieldops.store import debts, log, media, pictures, readers, records, sightings
from fieldops.store.sightings import Sighting
from fieldops_sync.ids import uuid7
from fieldops_sync.payloads import PictureFacts

HASH = 0x8F0F_33CC_55AA_0FF1
CAMERA = PictureFacts("decoded", format="JPEG", width=4000, height=3000, camera="Maker Model")


@dataclass
class Judging:
    """One company, its tablets, and the reader that judges their photos."""

    server: Server
    company: Company
    tablets: dict[str, Tablet] = field(default_factory=dict)

    @property
    def handin(self) -> Handin:
        return DirectHandin(self.server.core.store, self.server.clock)

    def reader(self) -> LogReader:
        settings = self.server.core.settings
        return EvidenceReader(settings.evidence, settings.timezone)

    def tablet(self, name: str = "one", site: UUID | None = None) -> Tablet:
        """A tablet by a name; it works on ``site``, or the company's first."""
        if name not in self.tablets:
            where = site or self.company.site
            person = self.server.do(lambda s: add_person(s, Role.INSPECTOR, {where}))
            self.tablets[name] = enrol_tablet(self.server, [person], where)
        return self.tablets[name]

    def attach(self, photo: str | bytes, tablet: Tablet | None = None, **given: Any) -> UUID:
        """A photo's op arrives; ``photo`` names its bytes.  ``walk`` is its inspection."""
        sent = tablet or self.tablet()
        subject = given.pop("subject", None) or uuid7()
        payload = {"inspection": given.pop("walk", None) or uuid7(), "sha256": digest(photo)}
        members = {name: given.pop(name) for name in ("at", "base", "site") if name in given}
        op = sent.op(
            "photo.attach@1",
            subject={"kind": "photo", "id": str(subject)},
            payload={**_plain(payload), **_plain(given)},
            **members,
        )
        now = {"wall": rfc3339(self.server.clock()), "mono": 1000, "boot": BOOT}
        (receipt,) = sent.push([op], now=now).json()["receipts"]
        assert receipt["status"] == "applied", receipt
        return subject

    def store(self, photo: str | bytes) -> None:
        """The bytes arrive: every photo that names them is told."""
        sha256 = bytes.fromhex(digest(photo))
        size = len(photo) if isinstance(photo, bytes) else 5_000_000

        def job(session: Session) -> None:
            row = media.MediaRow(sha256, size, "image/jpeg", "stored", self.server.clock())
            refs = media.refs(session, [sha256]).get(sha256, [])
            debts.prove(session, sha256, {ref.feed for ref in refs})
            media.put(session, row)
            payload = {"sha256": sha256.hex(), "size_bytes": size}
            self._enter(session, sha256, "media.stored@1", "media", payload)

        self.server.do(job)

    def look(
        self, photo: str | bytes, dhash: int = HASH, facts: PictureFacts = CAMERA, **measured: float
    ) -> None:
        """The picture worker has looked at the bytes."""
        sha256 = bytes.fromhex(digest(photo))
        plain = {"sharpness": 400.0, "brightness": 120.0, "contrast": 50.0} | measured
        measures = Measures(f"{dhash:016x}", **plain) if facts.verdict == "decoded" else None

        def job(session: Session) -> None:
            row = pictures.PictureRow(sha256, Picture(facts, measures))
            pictures.put(session, [row], self.server.clock())
            self._enter(session, sha256, "photo.note@1", "pictures", {"picture": _plain(facts)})

        self.server.do(job)

    def show(self, photo: str | bytes, **given: Any) -> None:
        """The bytes are stored and looked at."""
        self.store(photo)
        self.look(photo, **given)

    def _enter(
        self, session: Session, sha256: bytes, kind: str, actor: str, payload: dict[str, Any]
    ) -> None:
        found = [
            state
            for site in records.site_ids(session)
            for state in records.of_kind(session, [site], "photo")
            if state.body.get("sha256") == sha256.hex() and state.state != "voided"
        ]
        ops = [
            server_op(kind, ("photo", one.id), one.feed, actor, payload, at_ms=self.server.clock())
            for one in found
        ]
        enter_server(session, ops, self.server.clock())

    def void(self, kind: str, subject: UUID, tablet: Tablet | None = None) -> None:
        base = [str(head) for head in self.record(subject).heads]
        given = {"subject": {"kind": kind, "id": str(subject)}, "base": base}
        sent = tablet or self.tablet()
        (receipt,) = sent.receipts_of([sent.op("record.void@1", reason="by mistake", **given)])
        assert receipt["status"] == "applied", receipt

    def judge(self, reader: LogReader | None = None) -> None:
        """Let the reader work until there is nothing to do."""
        reader = reader or self.reader()
        for _ in range(50):
            if self.step(reader) is None:
                return
        raise AssertionError("the reader does not come to rest")

    def step(self, reader: LogReader) -> HandinAnswer | None:
        return step(self.server.core.store, self.handin, reader, 3)

    def judge_again(self) -> None:
        """Let the reader read the whole log once more."""
        self.server.do(lambda s: readers.put_position(s, "evidence", 0))
        self.judge()

    def record(self, subject: UUID) -> State:
        state = self.server.look(lambda s: records.get_one(s, subject))
        assert state is not None
        return state

    def notes(self, photo: UUID) -> dict[str, dict[str, Any]]:
        """The notes of a photo's record, by code."""
        return {one["code"]: one for one in self.record(photo).body.get("notes") or ()}

    def codes(self, *photos: UUID) -> list[list[str]]:
        return [list(self.notes(photo)) for photo in photos]

    def risk(self, photo: UUID) -> int | None:
        return self.record(photo).body.get("risk")

    def sighting(self, photo: UUID) -> Sighting:
        return self.server.look(lambda s: sightings.get(s, [photo])[photo])

    def head(self) -> int:
        return self.server.look(log.counter)


@contextmanager
def judging(database_url: str, folder: Path, **more: Any) -> Iterator[Judging]:
    """A server with a company whose inspector works on both sites."""
    with running(database_url, folder, **more) as server:
        yield Judging(server, found_company(server))


def digest(photo: str | bytes) -> str:
    """The SHA-256 of a photo's bytes, or of its name where a test has none."""
    return hashlib.sha256(photo if isinstance(photo, bytes) else photo.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value)
