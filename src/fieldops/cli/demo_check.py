"""Is everything exactly as it was sent?  Read back through the API and from the store, and compare.

outbox ── every op, by canonical hash ──> ledger, exactly once (or quarantine)
camera ── every file, hashed again ─────> blob store, read whole and hashed
sheet  ── score and findings by rules ──> what the worker wrote
people ── answers, feedback, conflict ──> what the API shows to the supervisor
"""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import Struct
from sqlmodel import Session

from fieldops.cli.demo_camera import Picture
from fieldops.cli.demo_company import DOMAINS
from fieldops.cli.demo_desk import Desk
from fieldops.cli.demo_play import Journey
from fieldops.cli.demo_server import DemoFailed
from fieldops.cli.demo_sheet import DISPUTED
from fieldops.cli.demo_stage import Texts
from fieldops.rules.figures import show_figure
from fieldops.store import devices, ledger, log, quarantine, readers
from fieldops.store.blobs import BlobMissing, BlobStore
from fieldops.store.engine import Store
from fieldops_sync import Outbox
from fieldops_sync.canonical import canonical_hash

REACT_S = 60.0
"""How long the worker may take until it has judged everything."""
LOOK_S = 0.05
_STOPPED = frozenset({"off", "parked"})
READERS = frozenset({"builtin", *DOMAINS})
"""The plugins that must have judged the walk."""
SEQ_MAX = 1_000_000
_CHUNK_BYTES = 1024 * 1024
DEFAULT_RULE = ("builtin", "failed")
"""The plugin and the rule that raise a finding for each failed item."""


class Facts(Struct, frozen=True):
    """What was found; ``wrong`` names every difference from what was sent, none if all is well."""

    ops: int
    ops_exact: int
    photos: int
    photos_exact: int
    findings: list[dict[str, Any]]
    score: dict[str, Any]
    conflict: list[tuple[str, str]]
    feedback: Counter[str]
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
    raise DemoFailed(f"the worker has not read the log to {head} in {REACT_S:.0f} s ({known_as})")


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
        view = self._desk.get(f"inspections/{journey.plan.inspection}")
        records = [one for one in view["records"] if one["state"] != "voided"]
        self._wrong += differences(view, records, journey)
        return Facts(
            ops=sum(ops for ops, _ in tablets),
            ops_exact=sum(exact for _, exact in tablets),
            photos=len(journey.evidence),
            photos_exact=photos_exact,
            findings=_of_kind(records, "finding", "open"),
            score=view["inspection"]["body"].get("score") or {},
            conflict=_conflict(records, journey),
            feedback=Counter(one["state"] for one in _of_kind(records, "feedback")),
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
        rows = ledger.by_seq(session, life.no, 1, SEQ_MAX) if life is not None else []
        if sorted(rows) != sorted(applied):
            self._wrong.append(_both(f"{folder.name}: {len(rows)} rows, {len(applied)} ops"))
        return len(sent), exact

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


def differences(
    view: dict[str, Any], records: list[dict[str, Any]], journey: Journey
) -> Iterator[Texts]:
    """Everything about an inspection, as the API shows it, that is not as it was recorded."""
    inspection, body = view["inspection"], view["inspection"]["body"]
    expected = journey.expected
    hashes = {one.picture.sha256 for one in journey.evidence}
    feedback = _of_kind(records, "feedback")
    yield from _unless("state", inspection["state"], "submitted")
    yield from _unless("owner", body.get("owner"), str(journey.cast.han_meimei.id))
    yield from _unless("results", _answers(records), _sent_answers(journey))
    yield from _unless("photos stored", view["photos_stored"], len(hashes))
    yield from _unless("photos announced", view["photos_announced"], len(hashes))
    yield from _unless("photos missing", view["photos_missing"], [])
    yield from _unless("feedback", len(feedback), journey.feedback)
    yield from _unless("suggestions", len(_of_kind(records, "suggestion")), 1)
    score = expected.score and show_figure(expected.score)
    yield from _unless("score", (body.get("score") or {}).get("score"), score)
    yield from _unless("findings", _failed(records), _expected_failed(journey))
    yield from _unless("conflict", _conflict_values(records), ["0.03", "0.08"])


def _answers(records: list[dict[str, Any]]) -> dict[tuple[str, str], Any]:
    return {
        (one["body"]["item"], one["body"].get("repeat", "")): one["body"].get("value")
        for one in _of_kind(records, "result")
    }


def _sent_answers(journey: Journey) -> dict[tuple[str, str], Any]:
    return {entry.slot: entry.value for entry in journey.entries}


def _failed(records: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """What the default rule found: one finding a failed item and repeat."""
    return sorted(
        (one["body"]["item"], one["body"].get("repeat", ""), one["body"]["severity"])
        for one in _of_kind(records, "finding", "open")
        if (one["body"]["plugin"], one["body"]["rule"]) == DEFAULT_RULE
    )


def _expected_failed(journey: Journey) -> list[tuple[str, str, str]]:
    return sorted((one.item, one.repeat, one.severity) for one in journey.expected.failures)


def _disputed(records: list[dict[str, Any]]) -> dict[str, Any]:
    found = [one for one in _of_kind(records, "result") if one["body"].get("item") == DISPUTED]
    return found[0] if found else {"body": {}, "conflict": {}}


def _conflict_values(records: list[dict[str, Any]]) -> list[str]:
    result = _disputed(records)
    beside = [one["value"] for one in result.get("conflict", {}).get("value", [])]
    return sorted([result["body"].get("value", ""), *beside])


def _conflict(records: list[dict[str, Any]], journey: Journey) -> list[tuple[str, str]]:
    """Who says what: the value that stands first, then those beside it."""
    names = {str(one.id): one.plan.name for one in (journey.cast.li_lei, journey.cast.wang_qiang)}
    result = _disputed(records)
    beside = result.get("conflict", {}).get("value", [])
    standing = (names.get(result["body"].get("by", ""), "?"), str(result["body"].get("value")))
    return [standing, *((names.get(one["actor"], "?"), str(one["value"])) for one in beside)]


def _of_kind(
    records: list[dict[str, Any]], kind: str, state: str | None = None
) -> list[dict[str, Any]]:
    return [one for one in records if one["kind"] == kind and state in (None, one["state"])]


def _unless(what: str, found: Any, sent: Any) -> Iterator[Texts]:
    if found != sent:
        yield f"{what}：收到 {found}，应为 {sent}", f"{what}: found {found}, sent {sent}"


def _both(text: str) -> Texts:
    return text, text
