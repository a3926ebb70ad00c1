"""The debt ledger: what is announced and not here, true in every transaction."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session
from tests.factories import Company, Server, Tablet, enrol_tablet, found_company, running, sign_in
from tests.property import invariants

from fieldops.store import debts, media
from fieldops_sync.ids import result_id, uuid7

Scene = tuple[Server, Company, Tablet]
SEEDS = (1, 2, 3)
STEPS = 60
PHOTOS = 8
ITEMS = ("floor", "glass")


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    with running(database_url, tmp_path) as server:
        company = found_company(server)
        yield server, company, enrol_tablet(server, [company.inspector], company.site)


def send(tablet: Tablet, data: bytes) -> int:
    """Upload in this process; the answer's status."""
    named = base64.b64encode(hashlib.sha256(data).hexdigest().encode()).decode()
    headers = {
        "authorization": f"Bearer {tablet.token}",
        "tus-resumable": "1.0.0",
        "upload-length": str(len(data)),
        "upload-metadata": f"sha256 {named}",
        "content-type": "application/offset+octet-stream",
    }
    answer = tablet.server.client.post("/sync/v1/uploads", content=data, headers=headers)
    return answer.status_code


def spoil(session: Session, sha256: bytes) -> int:
    """Stored bytes turn out bad, as the scrubber says it; how many subjects await them again."""
    media.lock(session, [sha256])
    found = session.execute(
        text("UPDATE media SET state = 'bad' WHERE sha256 = :s AND state = 'stored' RETURNING 1"),
        {"s": sha256},
    )
    return debts.owe_again(session, sha256) if found.first() else 0


class Dice:
    """Two tablets, a desk and the bytes, doing anything in any order."""

    def __init__(self, server: Server, company: Company, seed: int) -> None:
        self.random = Random(seed)
        self.server, self.company = server, company
        self.tablets = [enrol_tablet(server, [company.inspector], company.site) for _ in range(2)]
        self.desk = sign_in(server, company.supervisor)
        self.walks = [uuid7() for _ in range(3)]
        self.bytes = [f"photo {seed} {number}".encode() for number in range(PHOTOS)]
        self.photos = [uuid7() for _ in range(10)]
        self.feedback = [uuid7() for _ in range(2)]
        self.sent: list[tuple[Tablet, dict[str, Any]]] = []

    def act(self) -> None:
        acts: tuple[Callable[[], None], ...] = (
            self.attach,
            self.attach,
            self.attach,
            self.record,
            self.record,
            self.hear,
            self.upload,
            self.upload,
            self.spoil,
            self.waive,
            self.void,
            self.void_walk,
            self.resolve,
            self.replay,
        )
        self.random.choice(acts)()

    def push(self, *ops: tuple[str, dict[str, Any]]) -> None:
        tablet = self.random.choice(self.tablets)
        made = [tablet.op(kind, **given) for kind, given in ops]
        assert tablet.push(made).status_code == 200
        self.sent += [(tablet, op) for op in made]

    def hash(self) -> str:
        return hashlib.sha256(self.random.choice(self.bytes)).hexdigest()

    def base(self, subject: UUID) -> list[str]:
        """What the writer had seen: everything, or nothing."""
        found = self.server.client.get(f"/api/v1/records/{subject}", headers=self.desk)
        known = found.status_code == 200 and self.random.random() < 0.6
        return found.json()["heads"] if known else []

    def attach(self) -> None:
        photo, sha256 = self.random.choice(self.photos), self.hash()
        given: dict[str, Any] = {
            "subject": {"kind": "photo", "id": str(photo)},
            "inspection": str(self.random.choice(self.walks)),
            "sha256": sha256,
            "base": self.base(photo),
        }
        if self.random.random() < 0.7:
            given["size_bytes"] = self.random.randint(1, 9)
        if self.random.random() < 0.6:
            given["media"] = [sha256, self.hash()][: self.random.randint(1, 2)]
        self.push(("photo.attach@1", given))

    def record(self) -> None:
        walk, item = str(self.random.choice(self.walks)), self.random.choice(ITEMS)
        given: dict[str, Any] = {
            "inspection": walk,
            "item": item,
            "base": self.base(result_id(UUID(walk), item)),
        }
        if self.random.random() < 0.7:
            given["photos"] = [self.hash() for _ in range(self.random.randint(0, 3))]
        if self.random.random() < 0.4:
            given["media"] = [self.hash()]
        again = {**given, "photos": []} if self.random.random() < 0.2 else given
        self.push(("result.record@1", given), ("result.record@1", again))

    def hear(self) -> None:
        subject = self.random.choice(self.feedback)
        given = {"photos": [self.hash()], "base": self.base(subject)}
        named = {"kind": "feedback", "id": str(subject)}
        self.push(("feedback.record@1", {"subject": named, **given}))

    def upload(self) -> None:
        assert send(self.random.choice(self.tablets), self.random.choice(self.bytes)) < 300

    def spoil(self) -> None:
        sha256 = bytes.fromhex(self.hash())
        self.server.do(lambda session: spoil(session, sha256))

    def waive(self) -> None:
        photo = self.random.choice(self.photos)
        self._write("photo.waive@1", "photo", photo, reason="the tablet is gone")

    def void(self) -> None:
        kind = self.random.choice(("photo", "result", "feedback"))
        result = result_id(self.random.choice(self.walks), self.random.choice(ITEMS))
        subjects = {"photo": self.photos, "feedback": self.feedback, "result": [result]}
        if self.random.random() < 0.4:
            self._write("record.void@1", kind, self.random.choice(subjects[kind]), reason="mistake")

    def void_walk(self) -> None:
        if self.random.random() < 0.1:
            walk = self.random.choice(self.walks)
            self._write("record.void@1", "inspection", walk, reason="another estate")

    def resolve(self) -> None:
        found = self.server.client.get("/api/v1/conflicts", headers=self.desk).json()
        for view in found[:1]:
            name = sorted(view["conflict"])[0]
            values = [view["body"].get(name), view["conflict"][name][0]["value"]]
            decided = {"set": {name: self.random.choice(values)}, "base": view["heads"]}
            self._write("conflict.resolve@1", view["kind"], UUID(view["id"]), **decided)

    def replay(self) -> None:
        """The same ops again, alone and out of order."""
        for tablet, op in self.random.sample(self.sent, min(3, len(self.sent))):
            (receipt,) = tablet.receipts_of([op])
            assert receipt["status"] == "duplicate"

    def _write(self, kind: str, of: str, subject: UUID, **given: Any) -> None:
        given.setdefault("base", self.base(subject))
        named = {"kind": of, "id": str(subject)}
        op = self.tablets[0].op(kind, subject=named, actor=self.company.supervisor, **given)
        op.pop("seq")
        answer = self.server.client.post("/api/v1/ops", json={"ops": [op]}, headers=self.desk)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ledger_equals_a_recount_after_every_step(
    database_url: str, tmp_path: Path, seed: int
) -> None:
    with running(database_url, tmp_path) as server:
        dice = Dice(server, found_company(server), seed)
        seen: set[int] = set()
        for step in range(STEPS):
            dice.act()
            assert server.look(invariants.ledger_faults) == [], f"step {step}"
            seen |= server.look(_owed)
    assert seen == {debts.AWAITED, debts.HERE, debts.EXCUSED}, "the dice were too tame"


def _owed(session: Session) -> set[int]:
    return {row[0] for row in session.execute(text("SELECT DISTINCT owed FROM media_ref"))}
