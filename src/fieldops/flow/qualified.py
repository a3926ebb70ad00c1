"""Walks are marked whose people had no qualification for the domain on that day (rule 10).

    walk that is submitted ─┬─ who walked it ─ what they were qualified for ─→ inspection.mark
    qualification changed ──┘

A domain for which the company has recorded no qualification at all marks nobody.  A mark goes when
a qualification for that day is recorded, and comes when one is withdrawn.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel import Session

from fieldops.flow.enter import server_op
from fieldops.flow.planning import ACTOR
from fieldops.model.record import State
from fieldops.rules.qualifications import is_qualified
from fieldops.rules.roundeffects import qualifications_id
from fieldops.rules.zones import zone
from fieldops.store import records, walkers
from fieldops.store.walkers import Walker
from fieldops_sync.roundpayloads import InspectionMark

_Bodies = Mapping[UUID, list[dict[str, Any]]]


def mark_ops(session: Session, causes: Mapping[UUID, UUID]) -> list[bytes]:
    """The ops that mark these inspections, or take a mark away; ``causes`` by inspection."""
    by_walk: dict[UUID, list[Walker]] = {}
    for one in walkers.of_inspections(session, causes):
        by_walk.setdefault(one.inspection, []).append(one)
    found = records.get(session, by_walk)
    walks = {walk: state for walk, state in found.items() if state.state != "voided"}
    known = _qualifications(session, {one.person for found in by_walk.values() for one in found})
    sites = records.get(session, {state.feed for state in walks.values()})
    held = {one.domain for found in by_walk.values() for one in found}
    held = {name for name in held if records.is_grouped(session, qualifications_id(name))}
    ops = []
    for inspection in sorted(walks):
        state, people = walks[inspection], by_walk[inspection]
        day = _day(people[0].began_ms, sites.get(state.feed))
        wrong = [one.person for one in people if not _may(one, held, known, day)]
        if sorted(map(str, wrong)) != state.body.get("unqualified", []):
            mark = InspectionMark(sorted(wrong), people[0].domain, causes[inspection])
            ops.append(_op(state, mark))
    return ops


def _may(one: Walker, held: Iterable[str], known: _Bodies, day: date) -> bool:
    return one.domain not in held or is_qualified(known.get(one.person, []), one.domain, day)


def _qualifications(session: Session, people: Iterable[UUID]) -> _Bodies:
    """Everything that was recorded of these people, each in a feed of their own."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    for state in records.of_kind(session, sorted(people), "qualification"):
        found.setdefault(state.feed, []).append(state.body)
    return found


def _day(began_ms: int, site: State | None) -> date:
    """The day on which a walk began, on its site's clock."""
    here = zone("" if site is None else site.body.get("timezone") or "")
    return datetime.fromtimestamp(began_ms / 1000, UTC).astimezone(here).date()


def _op(state: State, mark: InspectionMark) -> bytes:
    told: dict[str, Any] = msgspec.to_builtins(mark)
    subject = ("inspection", state.id)
    return server_op("inspection.mark@1", subject, state.feed, ACTOR, told, (state.change,))
