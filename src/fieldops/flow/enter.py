"""Ops from a desk or from the server's own actors: the same mouth, without a device's seq."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel import Session

from fieldops.flow import accept, rights
from fieldops.flow.accept import Accepted, Item
from fieldops.flow.admit import Source
from fieldops.flow.decode import decode_all, sites_of
from fieldops.flow.timing import rfc3339
from fieldops.store import batch
from fieldops_sync.ids import actor_id, uuid7, uuid8
from fieldops_sync.optypes import OP_TYPES

_encode = msgspec.json.Encoder(order="sorted").encode
_SERVER_BOOT = "server"
_NO_CLOCKS: Mapping[str, int] = {}


def enter_desk(
    session: Session,
    raws: Sequence[bytes],
    user: UUID,
    now_ms: int,
    offsets_ms: Mapping[str, int] = _NO_CLOCKS,
) -> Accepted:
    """Ops that a person writes at a desk; an op by another actor is quarantined.

    ``offsets_ms`` are those of a tablet (``clock.kept``) whose times the ops repeat.
    """
    source = rights.desk_source(session, user, now_ms)
    return _enter(session, decode_all(raws), source, offsets_ms)


def enter_server(session: Session, raws: Sequence[bytes], now_ms: int) -> Accepted:
    """Ops of plugins, the picture worker, uploads: replaying them adds nothing."""
    return _enter(session, decode_all(raws), Source(origin="server", now_ms=now_ms))


def _enter(
    session: Session,
    items: list[Item],
    source: Source,
    offsets_ms: Mapping[str, int] = _NO_CLOCKS,
) -> Accepted:
    batch.lock(session, sites_of(items))
    known = accept.known(session, items)
    return accept.accept(session, items, known, source, 0, offsets_ms)


def desk_op(
    kind: str,
    subject: tuple[str, UUID],
    site: UUID,
    actor: UUID,
    payload: dict[str, Any],
    now_ms: int,
    base: Sequence[UUID] = (),
    **more: Any,
) -> bytes:
    """The bytes of an op written at a desk."""
    return _op(uuid7(), kind, subject, site, actor, payload, now_ms, base=list(base), **more)


def server_op(
    kind: str,
    subject: tuple[str, UUID],
    site: UUID,
    actor: str,
    payload: dict[str, Any],
    base: Sequence[UUID] = (),
    at_ms: int = 0,
) -> bytes:
    """The bytes of an op by one of the server's actors, e.g. ``media``.

    Its id is a UUIDv8 of (actor, subject, payload hash), so that the same finding is the same op.
    ``base`` is for types that merge; the same payload on another base is another op.
    """
    who = actor_id(actor)
    parts = (who.bytes, kind.encode(), subject[1].bytes, _encode(payload))
    op_id = uuid8(*parts, *(head.bytes for head in base))
    # A replay at another time must be the same bytes: ``at_ms`` is what the op follows from.
    return _op(op_id, kind, subject, site, who, payload, at_ms, base=list(base))


def _op(
    op_id: UUID,
    kind: str,
    subject: tuple[str, UUID],
    site: UUID,
    actor: UUID,
    payload: dict[str, Any],
    now_ms: int,
    **more: Any,
) -> bytes:
    assert kind in OP_TYPES, kind
    return _encode(
        {
            "id": op_id,
            "type": kind,
            "subject": {"kind": subject[0], "id": subject[1]},
            "site": site,
            "actor": actor,
            "at": {"wall": rfc3339(now_ms), "mono": 0, "boot": _SERVER_BOOT},
            "payload": payload,
            **more,
        }
    )
