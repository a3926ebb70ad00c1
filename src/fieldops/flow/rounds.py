"""What came of rounds: settled by their walks, missed when nothing came, a finding in between.

    walk that changed ─ when it began and ended, by its ops ─ settle ─→ round.settle
    missed_at         ─ nothing came ─→ round.settle missed, finding.raise
    walk that is late ─→ round.settle done, finding.withdraw

The ops are made where they are written, under the lock of the site, from what stands there.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel import Session

from fieldops.flow.enter import server_op
from fieldops.flow.planning import ACTOR
from fieldops.flow.terms import terms_of
from fieldops.flow.timing import rfc3339
from fieldops.model.record import State
from fieldops.model.round import Round, round_of
from fieldops.model.walked import Walked
from fieldops.rules.deadlines import default_deadline
from fieldops.rules.rounds import next_round_ms, settled
from fieldops.rules.zones import zone
from fieldops.store import arrivals, records
from fieldops_sync.ids import finding_id
from fieldops_sync.payloads import FindingRaise, FindingWithdraw

RULE, VERSION = "round.missed", "1"


def when_round_due(session: Session, state: State, now_ms: int) -> list[bytes]:
    """The ops of a round of which nothing came in time."""
    due_ms = next_round_ms(state)
    if due_ms is None or due_ms > now_ms:
        return []
    round_ = round_of(state.body)
    stands = settled(state.state, round_, round_.walks)
    payload = msgspec.structs.replace(stands, outcome="missed", cause=state.change)
    settle = _op("round.settle@1", state, ("round", state.id), payload)
    return [settle, *_raise(session, state, due_ms)]


def settle_ops(session: Session, walked: Iterable[Walked]) -> list[bytes]:
    """The ops that bring rounds to where their walks have brought them."""
    by_round: dict[UUID, list[Walked]] = {}
    for one in walked:
        if one.round is not None:
            by_round.setdefault(one.round, []).append(one)
    rounds = records.get(session, by_round)
    ops: list[bytes] = []
    for named in sorted(rounds):
        round_ = rounds[named]
        mine = [one for one in by_round[named] if one.site == round_.feed]
        if round_.kind == "round" and mine:
            ops += _settle(session, round_, mine)
    return ops


def _settle(session: Session, state: State, changed: Iterable[Walked]) -> Iterator[bytes]:
    round_ = round_of(state.body)
    walks = dict(round_.walks)
    for one in changed:
        walks.pop(str(one.inspection), None)
        if one.walk is not None:
            walks[str(one.inspection)] = one.walk
    cause = next(one.cause for one in changed)
    payload = settled(state.state, round_, walks)
    if payload.outcome == state.state and walks == round_.walks:
        return
    if state.state == "withdrawn" and payload.outcome == "planned":
        return  # A walk that does not count brings nothing back.
    told = msgspec.structs.replace(payload, cause=cause)
    yield _op("round.settle@1", state, ("round", state.id), told)
    if state.state == "missed" and payload.outcome != "missed":
        yield from _withdraw(session, state, cause)


def _raise(session: Session, state: State, missed_ms: int) -> Iterator[bytes]:
    """The finding of a missed round, unless it stands.

    Its deadline runs from when the round was missed, or from what showed that it was.
    """
    subject = finding_id(ACTOR, RULE, state.id)
    before = records.get_one(session, subject)
    if before is not None and not before.body.get("withdrawn"):
        return
    round_ = round_of(state.body)
    site = records.get_one(session, state.feed)
    shown_ms = arrivals.of(session, [state.change])[state.change].received_ms
    begins = rfc3339(max(missed_ms, shown_ms))
    payload = FindingRaise(
        rule=RULE,
        severity=round_.severity,
        titles=_titles(round_, "" if site is None else site.body.get("timezone") or ""),
        plugin=ACTOR,
        plugin_version=VERSION,
        evidence=_evidence(state, round_),
        deadline=default_deadline(round_.severity, begins, terms_of(session, state.feed)),
        cause=state.change,
    )
    if round_.area is not None:
        payload = msgspec.structs.replace(payload, area=round_.area)
    yield _op("finding.raise@1", state, ("finding", subject), payload, before)


def _titles(round_: Round, timezone: str) -> dict[Any, str]:
    due = round_.due.astimezone(zone(timezone)).strftime("%Y-%m-%d %H:%M")
    name = round_.title or ", ".join(round_.checklists)
    return {"zh-CN": f"漏巡：{name}（应于 {due}）", "en": f"Round missed: {name} (due {due})"}


def _evidence(state: State, round_: Round) -> dict[str, str]:
    told: Mapping[str, str] = {name: state.body[name] for name in ("due", "closes")}
    return {**told, "round": str(state.id), "plan": str(round_.plan)}


def _withdraw(session: Session, state: State, cause: UUID) -> Iterator[bytes]:
    subject = finding_id(ACTOR, RULE, state.id)
    before = records.get_one(session, subject)
    if before is not None and not before.body.get("withdrawn"):
        payload = FindingWithdraw("the round was walked", ACTOR, VERSION, cause)
        yield _op("finding.withdraw@1", state, ("finding", subject), payload, before)


def _op(
    kind: str,
    about: State,
    subject: tuple[str, UUID],
    payload: Any,
    before: State | None = None,
) -> bytes:
    """``about`` is the round; ``before`` what stands of another subject."""
    base = [before.change] if before is not None else []
    if subject[1] == about.id:
        base = [about.change]
    told: dict[str, Any] = msgspec.to_builtins(payload)
    return server_op(kind, subject, about.feed, ACTOR, told, base)
