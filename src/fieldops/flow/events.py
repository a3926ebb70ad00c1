"""Changes of the log as events for the outside: webhooks and pages are told the same.

changes ─ what each op wrote, by the ledger ─ where its subject stands now ─→ events
"""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.audience import Audience
from fieldops.flow.decode import decode_all
from fieldops.flow.timing import rfc3339
from fieldops.model.access import Grant, Person, Role
from fieldops.model.change import Change
from fieldops.model.event import Endpoint
from fieldops.model.inspection import LogChange
from fieldops.model.record import Decoded, State
from fieldops.rules.access import OFFICE_KINDS, PRIVATE_KINDS
from fieldops.rules.effects import effect
from fieldops.store import arrivals, ledger, meta, records
from fieldops.store.arrivals import Arrival
from fieldops_sync.ids import uuid8
from fieldops_sync.webhooks import Event, Told

VALUES_MAX_BYTES = 16 * 1024
"""Longer values stay here; whoever is told of the change can fetch them."""
STUB = "stub"
"""The verb of a record that another op names before its own has come."""
_SERVER = "server"
_API = "/api/v1"
AnyChange = Change | LogChange


class Happened(Struct, frozen=True):
    """A change with its event; ``state`` and ``fields`` (what its op wrote) are not masked."""

    feed: UUID
    event: Event
    state: State
    fields: dict[str, Any]
    definition: str | None = None


def happened(session: Session, changes: Sequence[AnyChange]) -> list[Happened]:
    """What may be told of some changes, in their order."""
    wanted = [one for one in changes if one.kind not in PRIVATE_KINDS]
    ids = {one.op for one in wanted}
    raws, known = ledger.raws(session, ids), arrivals.of(session, ids)
    states = records.get(session, {one.subject for one in wanted})
    organisation = meta.organisation(session)
    ops = cast(list[Decoded], decode_all([raws[one.op][0] for one in wanted]))
    found = []
    for one, op in zip(wanted, ops, strict=True):
        state = states[one.subject]
        fields = dict(effect(op).fields) if op.op.subject.id == one.subject else {}
        number = raws[one.op][1] if fields else 0
        event = _event(one, op, state, fields, number, known[one.op], organisation)
        found.append(Happened(state.feed, event, state, fields, op.op.def_))
    return found


def event_id(op: UUID, subject: UUID) -> UUID:
    """The id of what an op did to a subject: the same for everybody, and whenever it is told."""
    return uuid8(b"event", op.bytes, subject.bytes)


def audience(session: Session, endpoint: Endpoint, now_ms: int) -> Audience:
    """An endpoint as somebody who looks at records: its sites, its level."""
    grant = Grant(Role.AUDITOR, endpoint.sites, endpoint.level)
    return Audience(session, Person(endpoint.id, endpoint.url, (grant,)), now_ms)


def told(who: Audience, one: Happened) -> Told:
    """An event with the values that somebody may see."""
    values = who.fields(one.state, one.fields, one.definition)
    members = msgspec.structs.asdict(one.event)
    if len(msgspec.json.encode(values)) > VALUES_MAX_BYTES:
        return Told(**members, values_omitted=True)
    return Told(**members, values=values)


def _event(
    change: AnyChange,
    op: Decoded,
    state: State,
    fields: dict[str, Any],
    revision: int,
    arrival: Arrival,
    organisation: UUID,
) -> Event:
    is_own = op.op.subject.id == change.subject
    verb = op.op.type.partition("@")[0] if is_own else f"{change.kind}.{STUB}"
    walk = _walk(op, state)
    return Event(
        id=event_id(change.op, change.subject),
        type=verb,
        position=change.position,
        kind=change.kind,
        subject=change.subject,
        site=_site(state, organisation),
        inspection=walk,
        op=change.op,
        op_type=op.op.type,
        actor=op.op.actor,
        state=state.state,
        revision=revision,
        changed=sorted(fields),
        received_at=rfc3339(arrival.received_ms),
        occurred_at=_occurred_at(op, arrival),
        links=_links(change, walk),
    )


def _site(state: State, organisation: UUID) -> UUID | None:
    """The site that a change belongs to, if it belongs to one."""
    is_everywhere = state.feed == organisation or state.kind in OFFICE_KINDS
    return None if is_everywhere else state.feed


def _walk(op: Decoded, state: State) -> UUID | None:
    """The inspection that a change belongs to."""
    return state.id if state.kind == "inspection" else op.walk


def _occurred_at(op: Decoded, arrival: Arrival) -> str | None:
    """By the corrected clock; what is written at a desk happens when it is received."""
    if op.op.at.boot == _SERVER:
        return rfc3339(arrival.received_ms)
    return None if arrival.occurred_ms is None else rfc3339(arrival.occurred_ms)


def _links(change: AnyChange, walk: UUID | None) -> dict[str, str]:
    record = f"{_API}/records/{change.subject}"
    links = {"self": record, "history": f"{record}/history"}
    if walk is not None:
        links["inspection"] = f"{_API}/inspections/{walk}"
    return links
