"""Small makers of what the sync tests talk about."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
from argon2 import PasswordHasher

from fieldops_sync.ids import result_id
from fieldops_sync.outbox import Outbox
from fieldops_sync.wire import (
    Change,
    Claimed,
    EnrolAnswer,
    Person,
    PullAnswer,
    PushAnswer,
    Receipt,
    Seen,
    Subject,
    TokenAnswer,
)

SITE = UUID("0192f0c0-0000-7000-8000-00000000005e")
DEVICE = UUID("0192f0c0-0000-7000-8000-0000000000de")
EPOCH = UUID("0192f0c0-0000-4000-8000-0000000000e0")
INSPECTION = UUID("0192f0c0-0000-7000-8000-000000000001")
PIN = "4711"
INSPECTOR = Person(
    UUID("0192f0c0-0000-7000-8000-0000000000a1"),
    "王芳",
    "007",
    PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PIN),
)
COLLEAGUE = Person(UUID("0192f0c0-0000-7000-8000-0000000000a2"), "Li Lei", "008", None)
SERVER_TIME = "2026-11-21T09:00:00Z"


def frozen_clock() -> Claimed:
    return Claimed("1970-01-01T00:00:00+08:00", 5, "boot")


def enrolled_outbox(folder: Path, **options: Any) -> Outbox:
    outbox = Outbox(folder, **{"clock": frozen_clock, **options})
    token = TokenAnswer("t", 3600)
    outbox.enrolled(EnrolAnswer(DEVICE, [INSPECTOR, COLLEAGUE], token))
    outbox.sign_in(INSPECTOR.id, PIN)
    return outbox


def answer_item(outbox: Outbox, item: str, note: str = "", site: UUID = SITE) -> UUID:
    payload = {"inspection": str(INSPECTION), "item": item, "outcome": "pass", "note": note}
    subject = Subject("result", result_id(INSPECTION, item))
    return outbox.record("result.record@1", subject, site, payload)


def custody(op: UUID, status: str = "applied", **more: Any) -> Receipt:
    return msgspec.convert({"id": op, "status": status, "custody": True, **more}, Receipt)


def pushed(
    receipts: Sequence[Receipt],
    position: int | None = 10,
    durable_through: int = 0,
    server_time: str = SERVER_TIME,
    epoch: UUID = EPOCH,
) -> PushAnswer:
    seen = None if position is None else Seen(position, uuid4())
    return PushAnswer(list(receipts), epoch, len(receipts), [], seen, server_time, durable_through)


def change(
    kind: str = "finding",
    subject: UUID = INSPECTION,
    revision: int = 1,
    body: object = None,
    feed: UUID = SITE,
    **more: Any,
) -> Change:
    raw = msgspec.Raw(msgspec.json.encode(body if body is not None else {}))
    heads = more.pop("heads", [])
    return Change(revision, uuid4(), kind, subject, feed, revision, heads, raw, **more)


def page(changes: Sequence[Change] = (), cursor: str = "c1", **more: Any) -> PullAnswer:
    members: dict[str, Any] = {
        "more": False,
        "sites_added": [],
        "sites_removed": [],
        "reset": False,
        "seen": None,
        "epoch": EPOCH,
        "durable_through": 0,
        "server_time": SERVER_TIME,
    }
    return PullAnswer(changes=list(changes), cursor=cursor, **(members | more))
