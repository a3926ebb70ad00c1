"""Is everything exactly as it was sent?  Read back through the API and from the store, and compare.

outbox ── every op, by canonical hash ──> ledger, exactly once (or quarantine)
camera ── every file, hashed again ─────> blob store, read whole and hashed
sheet  ── score and findings by rules ──> what the worker wrote
people ── answers, feedback, conflict ──> what the API shows to the supervisor
"""

import hashlib
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from sqlmodel import Session

from fieldops.cli.demo_camera import Picture
from fieldops.cli.demo_company import DOMAINS
from fieldops.cli.demo_desk import Desk
from fieldops.cli.demo_differences import (
    Record,
    conflict_of,
    differences,
    expected_findings,
    of_kind,
)
from fieldops.cli.demo_notes import Noted, noted, risk_of
from fieldops.cli.demo_play import Journey
from fieldops.cli.demo_server import DemoFailed
from fieldops.cli.demo_stage import Texts
from fieldops.cli.language import tr
from fieldops.store import devices, ledger, log, quarantine, readers
from fieldops.store.blobs import BlobMissing, BlobStore
from fieldops.store.engine import Store
from fieldops_sync import Outbox
from fieldops_sync.canonical import canonical_hash

REACT_S = 60.0
"""How long the worker may take until it has judged everything."""
LOOK_S = 0.05
_STOPPED = frozenset({"off", "parked"})
READERS = frozenset({"builtin", "keeper", "pictures", "evidence", "rounds", *DOMAINS})
"""The plugins that must have judged the walk."""
SEQ_MAX = 1_000_000
_CHUNK_BYTES = 1024 * 1024


class Facts(Struct, frozen=True):
    """What was found; ``wrong`` names every difference from what was sent, none if all is well.

    ``risk`` (0 to 100) is what the notes put the walk forward by in the supervisor's queue.
    """

    ops: int
    ops_exact: int
    photos: int
    photos_exact: int
    findings: list[Record]
    score: Record
    conflict: list[tuple[str, str]]
    feedback: Counter[str]
    notes: list[Noted]
    risk: int
    wrong: list[Texts]


def await_worker(store: Store) -> list[readers.ReaderRow]:
    """Wait until every reader of the log has read all of it, and return them.

    Those that are off or parked are not waited for.  Raises ``DemoFailed``.
    """
    until_s = time.monotonic() + REACT_S
    while time.monotonic() < until_s:
        with store.read() as session:
            head, known = log.counter(session), readers.everything(session)
        late = [row for row in known if row.state not in _STOPPED and row.position < head]
        if not late and {row.name for row in known} >= READERS:
            return known
        time.sleep(LOOK_S)
    known_as = ", ".join(f"{row.name} {row.state} at {row.position}" for row in known)
    raise DemoFailed(
        tr(
            f"工作进程 {REACT_S:.0f} 秒内没有把日志读到 {head}（{known_as}）",
            f"the worker has not read the log to {head} in {REACT_S:.0f} s ({known_as})",
        )
    )


class Checker:
    """Compares one journey with what one server holds."""

    def __init__(self, store: Store, blobs: BlobStore, desk: Desk, journey: Journey) -> None:
        self._store, self._blobs, self._desk, self._journey = store, blobs, desk, journey
        self._wrong: list[Texts] = []

    def check(self, seen: list[readers.ReaderRow], hashed: Callable[[], None]) -> Facts:
        """Compare everything; ``hashed`` is told of each photo that was hashed again."""
        journey = self._journey
        stopped = [row for row in seen if row.state in _STOPPED]
        self._wrong += [_both(f"plugin {row.name}: {row.state}") for row in stopped]
        with self._store.read() as session:
            tablets = [self._check_ops(session, folder) for folder in journey.tablets]
        photos_exact = sum(self._is_exact(one.picture, hashed) for one in journey.evidence)
        shown = self._desk.get(f"inspections/{journey.plan.inspection}")
        records = [one for one in shown["records"] if one["state"] != "voided"]
        with self._store.read() as session:
            findings = expected_findings(session, journey)
        self._wrong += differences(shown, records, journey, findings)
        self._wrong += self._check_debts()
        return Facts(
            ops=sum(ops for ops, _ in tablets),
            ops_exact=sum(exact for _, exact in tablets),
            photos=len(journey.evidence),
            photos_exact=photos_exact,
            findings=of_kind(records, "finding", "open"),
            score=shown["inspection"]["body"].get("score") or {},
            conflict=conflict_of(records, journey),
            feedback=Counter(one["state"] for one in of_kind(records, "feedback")),
            notes=noted(records),
            risk=risk_of(self._desk, journey.plan.inspection),
            wrong=self._wrong,
        )

    def _check_ops(self, session: Session, folder: Path) -> tuple[int, int]:
        """How many ops a tablet wrote, and how many stand at the server exactly once."""
        with Outbox(folder) as outbox:
            sent = {op.id: canonical_hash(op.raw) for op in outbox.ops()}
            life = devices.incarnation(session, outbox.incarnation)
        applied, kept = ledger.find(session, sent), quarantine.find(session, sent)
        exact = 0
        for op_id, hash_ in sent.items():
            places = [applied[op_id].hash] if op_id in applied else []
            places += kept.get(op_id, {})
            exact += places == [hash_]
            if places != [hash_]:
                self._wrong.append(_both(f"op {op_id}: {len(places)}"))
        rows = ledger.of_source(session, life.no) if life is not None else []
        if sorted(rows) != sorted(applied):
            self._wrong.append(_both(f"{folder.name}: {len(rows)} rows, {len(applied)} ops"))
        return len(sent), exact

    def _check_debts(self) -> list[Texts]:
        """Whether server and tablet agree that nothing is on its way any more."""
        journey = self._journey
        owed = self._desk.get("debts", inspection=str(journey.plan.inspection))["total"]["photos"]
        lines = [journey.settled.texts] * bool(journey.settled.here or journey.settled.lost)
        wrong = [(texts["zh-CN"], texts["en"]) for texts in lines]
        return [*wrong, *([_both(f"debts: {owed}")] if owed else [])]

    def _is_exact(self, picture: Picture, hashed: Callable[[], None]) -> bool:
        """Whether a photo is stored as the camera wrote it: both sides are read and hashed."""
        with picture.path.open("rb") as file:
            same = _sha256(file) == picture.sha256 == self._stored_sha256(picture.sha256)
        if not same:
            self._wrong.append(_both(f"{picture.path.name}: {picture.sha256}"))
        hashed()
        return same

    def _stored_sha256(self, sha256: str) -> str:
        try:
            with self._blobs.get(sha256) as stored:
                return _sha256(stored)
        except BlobMissing:
            return ""


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _both(text: str) -> Texts:
    return text, text
