"""Ops and devices for suites that speak to the core or to a socket themselves."""

import time
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlmodel import Session
from tests.soak.company import Company

from fieldops.flow import setup
from fieldops.store import meta
from fieldops_sync.ids import result_id, uuid7
from fieldops_sync.keys import DeviceKey
from fieldops_sync.wire import EnrolAnswer, EnrolRequest


def result_op(company: Company, walk: UUID, item: str, seq: int) -> dict[str, Any]:
    """A result as plain JSON data."""
    return {
        "id": str(uuid7()),
        "seq": seq,
        "type": "result.record@1",
        "subject": {"kind": "result", "id": str(result_id(walk, item))},
        "site": str(company.site),
        "actor": str(company.inspector),
        "at": {"wall": "2026-11-21T20:00:00+08:00", "mono": 1000, "boot": "boot-1"},
        "payload": {"inspection": str(walk), "item": item, "value": "clean", "note": "水"},
    }


def push_body(incarnation: UUID, ops: list[dict[str, Any]]) -> bytes:
    """The body of a push."""
    return msgspec.json.encode({"incarnation": incarnation, "ops": ops})


def enrol(session: Session, code: str) -> EnrolAnswer:
    """Enrol a device by its code, without a server; its first incarnation is drawn here."""
    asked = EnrolRequest(code, DeviceKey.generate().public_jwk, uuid4())
    now_ms = time.time_ns() // 1_000_000
    return setup.enrol(session, asked, meta.secret(session), now_ms)
