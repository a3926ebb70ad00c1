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
from tests.factories import (
    Company,
    Server,
    Tablet,
    add_person,
    enrol_tablet,
    found_company,
    make_op,
    running,
    sign_in,
)
from tests.property import invariants

from fieldops.flow.follow import KeeperReader, step
from fieldops.flow.react import DirectHandin
from fieldops.model.access import Role
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
        found = self.server.client.get("/api/v1/conflicts", headers=self.desk).json()["items"]
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


# Through the real server


def payload_of(data: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data)}


def api(scene: Scene, path: str, who: str = "supervisor") -> Any:
    server, company, _ = scene
    headers = sign_in(server, company.people[who])
    answer = server.client.get(f"/api/v1/{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def write(scene: Scene, kind: str, subject: dict[str, Any], **given: Any) -> None:
    """An op of the supervisor, who has seen everything."""
    server, company, _ = scene
    given["base"] = api(scene, f"records/{subject['id']}")["heads"]
    op = make_op(kind, company.site, company.supervisor, subject=subject, **given)
    headers = sign_in(server, company.supervisor)
    answer = server.client.post("/api/v1/ops", json={"ops": [op]}, headers=headers)
    assert answer.json()["receipts"][0]["status"] == "applied", answer.text


class Walk:
    """One walk on the tablet, followed by the keeper."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.server, self.company, self.tablet = scene
        self.id = str(uuid7())

    def push(self, kind: str, **given: Any) -> dict[str, Any]:
        op = self.tablet.op(kind, **given)
        (receipt,) = self.tablet.receipts_of([op])
        assert receipt["status"] == "applied", receipt
        subject: dict[str, Any] = op["subject"]
        return subject

    def start(self) -> None:
        self.push("inspection.start@1", subject={"kind": "inspection", "id": self.id})

    def attach(self, data: bytes, **given: Any) -> dict[str, Any]:
        return self.push("photo.attach@1", inspection=self.id, **payload_of(data), **given)

    def submit(self, **announced: int) -> None:
        heads = api(self.scene, f"records/{self.id}")["heads"]
        subject = {"kind": "inspection", "id": self.id}
        self.push("inspection.submit@1", subject=subject, base=heads, payload=announced or {})

    @property
    def state(self) -> str:
        """Where the inspection stands when the keeper has followed the log to its end."""
        store = self.server.core.store
        while step(store, DirectHandin(store, self.server.clock), KeeperReader(), 3):
            pass
        state: str = api(self.scene, f"records/{self.id}")["state"]
        return state

    def view(self) -> dict[str, Any]:
        found: dict[str, Any] = api(self.scene, f"inspections/{self.id}")
        return found


@pytest.fixture
def walk(scene: Scene) -> Walk:
    made = Walk(scene)
    made.start()
    return made


def test_a_submitted_walk_is_sealed_when_its_last_debt_is_paid(walk: Walk) -> None:
    first, second = b"first", b"second!"
    walk.attach(first)
    walk.attach(second)
    walk.submit(photos=2)
    assert walk.state == "submitted"
    assert send(walk.tablet, first) == 201
    assert walk.state == "submitted"
    (debt,) = walk.view()["debts"]
    assert (debt["photos"], debt["bytes"], debt["device_name"]) == (1, len(second), "tablet")
    assert send(walk.tablet, second) == 201
    assert (walk.state, walk.view()["debts"]) == ("sealed", [])


def test_a_walk_may_be_submitted_before_any_photo_is_announced(walk: Walk) -> None:
    walk.submit(photos=1)
    assert walk.state == "submitted"
    data = b"the only one"
    assert send(walk.tablet, data) == 201
    assert walk.state == "submitted", "its op is still on the tablet"
    walk.attach(data)
    assert walk.state == "sealed"


def test_a_waived_photo_that_arrives_after_all_is_stored_kept_and_shown(walk: Walk) -> None:
    data = b"late"
    photo = walk.attach(data)
    walk.submit(photos=1)
    write(walk.scene, "photo.waive@1", photo, reason="the tablet fell into the pond")
    assert walk.state == "sealed"
    assert (walk.view()["photos_announced"], walk.view()["photos_missing"]) == (0, [])
    assert send(walk.tablet, data) == 201
    shown = api(walk.scene, f"records/{photo['id']}")
    assert (shown["state"], shown["body"]["waived"]) == ("stored", "the tablet fell into the pond")
    assert (walk.view()["photos_stored"], walk.view()["photos_announced"]) == (1, 1)
    assert walk.state == "sealed"
    assert walk.server.look(invariants.ledger_faults) == []


def test_a_voided_photo_is_owed_no_more_and_attached_again_it_is(walk: Walk) -> None:
    data = b"twice"
    photo = walk.attach(data)
    write(walk.scene, "record.void@1", photo, reason="the wrong lift")
    assert walk.view()["photos_missing"] == []
    walk.attach(data)
    assert walk.view()["photos_missing"] == [payload_of(data)["sha256"]]


def test_nothing_is_owed_to_a_voided_walk(walk: Walk) -> None:
    walk.attach(b"one")
    walk.push("result.record@1", inspection=walk.id, item="floor", media=["ab" * 32])
    assert len(walk.view()["photos_missing"]) == 2
    write(walk.scene, "record.void@1", {"kind": "inspection", "id": walk.id}, reason="a trial")
    assert walk.view()["photos_missing"] == []
    assert walk.server.look(invariants.ledger_faults) == []


def test_a_photo_of_an_unknown_inspection_is_owed_to_it(scene: Scene) -> None:
    walk = Walk(scene)
    walk.attach(b"before its walk")
    (row,) = api(scene, "debts")["items"]
    assert (row["inspection"], row["photos"]) == (walk.id, 1)
    assert walk.view()["inspection"]["state"] == "stub"


def test_photos_that_only_a_result_names_count_and_seal_the_walk_when_they_come(
    walk: Walk,
) -> None:
    data = b"named by the answer"
    named = [payload_of(data)["sha256"]]
    walk.push("result.record@1", inspection=walk.id, item="floor", photos=named)
    walk.submit(results=1)
    assert walk.state == "submitted"
    assert walk.view()["photos_missing"] == named
    assert walk.view()["debts"][0]["unsized"] == 1
    assert send(walk.tablet, data) == 201
    assert walk.state == "sealed"


def test_a_photo_speaks_for_its_bytes(walk: Walk) -> None:
    """A waived photo is not owed through the answer that names it too."""
    data = b"both name it"
    named = [payload_of(data)["sha256"]]
    walk.push("result.record@1", inspection=walk.id, item="floor", photos=named)
    photo = walk.attach(data)
    walk.push("result.record@1", inspection=walk.id, item="glass", photos=named)
    walk.submit(results=2, photos=1)
    assert walk.view()["debts"][0]["photos"] == 1
    write(walk.scene, "photo.waive@1", photo, reason="blurred")
    assert walk.state == "sealed"


def test_feedback_that_comes_last_seals_the_walk(walk: Walk) -> None:
    walk.submit(feedback=1)
    assert walk.state == "submitted"
    walk.push("feedback.record@1", inspection=walk.id, nature="praise")
    assert walk.state == "sealed"


def test_debts_are_listed_by_inspection_device_and_photo(scene: Scene) -> None:
    server, company, tablet = scene
    other = enrol_tablet(server, [company.inspector], company.site)
    shared = b"taken once, attached by both"
    mine, theirs = Walk(scene), Walk((server, company, other))
    mine.attach(shared)
    mine.attach(b"mine")
    server.clock.forward(0.5)
    theirs.attach(shared)
    write_at_desk = make_op(
        "photo.attach@1", company.site, company.supervisor, inspection=theirs.id, sha256="cd" * 32
    )
    headers = sign_in(server, company.supervisor)
    server.client.post("/api/v1/ops", json={"ops": [write_at_desk]}, headers=headers)

    found = api(scene, "debts")
    assert [(row["inspection"], row["photos"]) for row in found["items"]] == [
        (mine.id, 2),
        (theirs.id, 2),
    ]
    total = found["total"]
    assert (total["photos"], total["bytes"]) == (3, len(shared) + 4), "one hash counts once"
    assert total["unsized"] == 1
    assert found["items"][0]["since"] == "2026-11-21T12:00:00.000Z"
    by_device = {row.get("device"): row for row in api(scene, "debts?by=device")["items"]}
    assert {key: row["photos"] for key, row in by_device.items()} == {
        str(tablet.device): 2,
        str(other.device): 1,
        None: 1,
    }
    photos = api(scene, f"debts?by=photo&inspection={mine.id}")["items"]
    assert {row["sha256"] for row in photos} == {
        payload_of(shared)["sha256"],
        payload_of(b"mine")["sha256"],
    }
    assert [r["inspection"] for r in api(scene, f"debts?device={other.device}")["items"]] == [
        theirs.id
    ]


def test_pages_of_debts_follow_each_other(scene: Scene) -> None:
    walks = [Walk(scene) for _ in range(5)]
    for number, walk in enumerate(walks):
        walk.attach(b"%d" % number)
    seen: list[str] = []
    cursor = ""
    while True:
        found = api(scene, f"debts?limit=2&cursor={cursor}")
        seen += [row["inspection"] for row in found["items"]]
        cursor = found["cursor"]
        if not cursor:
            break
    assert sorted(seen) == sorted(walk.id for walk in walks)
    server, company, _ = scene
    headers = sign_in(server, company.supervisor)
    other = api(scene, "debts?limit=2&by=photo")["cursor"]
    for bad in ("%21", "e30=", "WzEsIng-Il0=", other):
        answer = server.client.get(f"/api/v1/debts?cursor={bad}", headers=headers)
        assert (answer.status_code, answer.json()["type"].split(":")[-1]) == (400, "validation")


def test_debts_of_a_foreign_site_are_as_if_they_were_not(scene: Scene) -> None:
    server, company, tablet = scene
    user = server.do(lambda s: add_person(s, Role.SUPERVISOR, {company.other_site}))
    Walk(scene).attach(b"here")
    headers = sign_in(server, user)
    for query in ("", f"?site={company.site}", f"?device={tablet.device}", f"?site={uuid7()}"):
        found = server.client.get(f"/api/v1/debts{query}", headers=headers).json()
        assert (found["items"], found["total"]["photos"]) == ([], 0)
    assert len(api(scene, f"debts?site={company.site}", "auditor")["items"]) == 1


def test_progress_is_what_has_come_so_far(walk: Walk) -> None:
    data = b"x" * 1000
    walk.attach(data)
    headers = {
        "authorization": f"Bearer {walk.tablet.token}",
        "tus-resumable": "1.0.0",
        "upload-length": "1000",
        "upload-metadata": "sha256 "
        + base64.b64encode(payload_of(data)["sha256"].encode()).decode(),
        "content-type": "application/offset+octet-stream",
    }
    client = walk.server.client
    begun = client.post("/sync/v1/uploads", headers=headers)
    walk.server.clock.forward(0.5)
    part = {**headers, "upload-offset": "0"}
    assert (
        client.patch(begun.headers["location"], content=data[:400], headers=part).status_code < 300
    )
    (row,) = api(walk.scene, "debts")["items"]
    assert (row["here_bytes"], row["progress"]) == (400, "2026-11-21T12:30:00.000Z")


def test_a_pull_tells_a_tablet_what_it_owes_itself(walk: Walk) -> None:
    other = enrol_tablet(walk.server, [walk.company.inspector], walk.company.site)
    walk.attach(b"mine")
    theirs = other.op("photo.attach@1", inspection=walk.id, sha256="cd" * 32)
    assert other.receipts_of([theirs])[0]["status"] == "applied"
    page = walk.tablet.pull()
    assert (page["more"], page["owed"]) == (True, None), "only the last page tells"
    page = walk.tablet.pull(page["cursor"])
    assert page["owed"] == {
        "photos": 1,
        "bytes": 4,
        "walks": [
            {
                "inspection": walk.id,
                "photos": 1,
                "bytes": 4,
                "since": "2026-11-21T12:00:00.000Z",
            }
        ],
    }
    assert send(walk.tablet, b"mine") == 201
    page = walk.tablet.pull(page["cursor"])
    assert page["owed"] == {"photos": 0, "bytes": 0, "walks": []}
