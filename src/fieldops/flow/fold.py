"""Folding ops over states, in memory: ops of one batch see each other's effect.

Everything here reads at most once per batch and writes nothing; ``apply`` writes the outcome.

A result recorded on nothing (no ``base``) is taken to be new, unasked: ids of results are derived,
and each that is not there would be looked for at another place of the index.  If one is there all
the same, its key keeps the row out, and the writer runs the job again, which asks (``is_again``).
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow import claims, history, possession, steprights
from fieldops.flow.answerlevels import AnswerLevels
from fieldops.flow.decode import reject
from fieldops.model.change import Change
from fieldops.model.record import Applied, Decoded, Effect, Merge, Rejected, State
from fieldops.model.said import Said
from fieldops.rules import merge as merging
from fieldops.rules.effects import effect, is_plain, signed, state_of
from fieldops.rules.recordwords import kind_zh
from fieldops.rules.texts import RAISED, raised
from fieldops.rules.transitions import machine_of, refusal, stepped
from fieldops.store import media, records
from fieldops.store.writer import is_again
from fieldops_sync.wire import Reason, Receipt, Status

_Alike = tuple[int, int, str, str]
"""(inspection, site, type of op, kind of subject): what decides on a new subject of a walk."""
_RECORDED = "result.record@1"
STUB = "stub"
AFTER_SEAL = "after-seal"
_OF_A_WALK = frozenset({"result", "photo", "feedback"})
"""Kinds of which many come at once; that they begin is no step of a machine."""
_CLOSED = frozenset({"sealed", "approved"})
_ELSEWHERE = Said("该记录属于另一项目", "the subject belongs to another site")
_VOIDED = Said("该记录或其巡检已作废", "the subject or its inspection was voided")
_UNDISPUTED: dict[str, list[dict[str, Any]]] = {}


class Fold:
    """The states of one batch.  ``fresh``, ``edited`` and ``changes`` are what is to be written.

    ``before`` and ``changed`` are the subjects as they were and as they are now, by number.
    ``named`` are the SHA-256 of the bytes that the batch is about, ``here`` those of them that are
    stored, each with a site that has them.
    """

    def __init__(self, session: Session, ops: Sequence[Decoded], source: int, now_ms: int) -> None:
        self._session, self._now_ms = session, now_ms
        asked = ops if is_again(session) else [one for one in ops if not _is_like_new(one)]
        self._states = {state.id.int: state for state in _read(session, ops, asked)}
        self.named = claims.hashes(ops, self._states)
        media.lock(session, self.named)
        self._media = media.get(session, self.named)
        stored = {sha256 for sha256, row in self._media.items() if row.state == "stored"}
        self.here = possession.here(session, ops, stored, source, now_ms)
        self._answers = AnswerLevels(session)
        self._done: dict[int, tuple[Decoded, int]] = {}
        self._judged: dict[_Alike, tuple[str, ...]] = {}
        self.before = dict(self._states)
        self.changed: dict[int, State] = {}
        self.changes: list[Change] = []

    @property
    def fresh(self) -> list[State]:
        """The subjects to be written that were not there before."""
        return [state for key, state in self.changed.items() if key not in self.before]

    @property
    def edited(self) -> list[State]:
        """The subjects to be written that were there before."""
        return [state for key, state in self.changed.items() if key in self.before]

    def apply(
        self,
        decoded: Decoded,
        marks: tuple[str, ...],
        occurred_ms: int | None,
        status: Status | None = None,
    ) -> Applied | Rejected:
        """Fold one op; ``status`` overrules the verdict (an op whose needs never came)."""
        op, walk = decoded.op, decoded.walk
        subject = op.subject
        if walk is None or subject.id.int in self._states:
            return self._apply(decoded, marks, occurred_ms, status)
        # What nearly every op is: what holds of the first new result of a walk holds of the next.
        alike = (walk.int, op.site.int, op.type, subject.kind)
        judged = self._judged.get(alike)
        if judged is not None:
            return self._begun(decoded, marks + judged, occurred_ms, status or "applied")
        done = self._apply(decoded, marks, occurred_ms, status)
        if not is_plain(op.type):
            return done
        stands = self._states.get(walk.int)
        # An op may call the very subject that it makes its inspection.
        is_walk = stands is not None and stands.kind == "inspection"
        if is_walk and isinstance(done, Applied) and subject.kind in _OF_A_WALK:
            self._judged[alike] = _late(decoded, stands)
        return done

    def _begun(
        self, decoded: Decoded, marks: tuple[str, ...], occurred_ms: int | None, status: Status
    ) -> Applied:
        """The short way of a new subject whose like was judged: the same as ``_apply``."""
        new, op_id = self._first(decoded), decoded.id
        subject = new.id
        self._states[subject.int] = self.changed[subject.int] = new
        self.changes.append(Change(new.feed, new.kind, subject, op_id))
        self._done[op_id.int] = (decoded, 1)
        if marks:
            receipt = Receipt(op_id, status, True, 1, [], list(marks))
        else:
            receipt = Receipt(op_id, status, True, 1)
        return Applied(decoded, new, receipt, occurred_ms)

    def _apply(
        self,
        decoded: Decoded,
        marks: tuple[str, ...],
        occurred_ms: int | None,
        status: Status | None,
    ) -> Applied | Rejected:
        op, walk_id = decoded.op, decoded.walk
        number = op.subject.id.int
        state = self._states.get(number)
        walk = None if walk_id is None else self._states.get(walk_id.int)
        wrong = _wrong(decoded, state, walk) or self._untaken(decoded, state)
        if wrong is not None:
            return wrong
        marks += _late(decoded, walk)
        clashing: tuple[str, ...] = ()
        if state is None and is_plain(op.type):
            status, new = status or "applied", self._first(decoded)
        else:
            written = stepped(decoded, state, effect(decoded))
            merged = self._merge(decoded, state, written)
            status, clashing = status or merged.verdict, merged.fields
            new = self._next(decoded, state, written, merged)
        if walk is None and walk_id is not None:
            self._keep(walk_id.int, _stub(walk_id, decoded))
            marks += (STUB,)
        self._keep(number, new)
        self._done[op.id.int] = (decoded, new.revision)
        receipt = Receipt(op.id, status, True, new.revision)
        if clashing or marks:
            receipt = replace(receipt, fields=list(clashing), marks=list(marks))
        return Applied(decoded, new, receipt, occurred_ms)

    def _untaken(self, decoded: Decoded, state: State | None) -> Rejected | None:
        """The rejection of a step that its actor may not take, or that leads nowhere from here."""
        if machine_of(decoded) is None:
            return None
        barred = steprights.barred(self._session, decoded, state, self._now_ms)
        if barred:
            return _no(decoded, "not-permitted", barred)
        refused = refusal(decoded, state)
        return _no(decoded, "transition", refused) if refused else None

    def _first(self, decoded: Decoded) -> State:
        """A new subject as its op words it: what nearly every op of a walk makes.

        The same as ``_merge`` and ``_next`` would make of it, in a third of the time.
        """
        op = decoded.op
        kind = op.subject.kind
        sent = signed(decoded.fields, decoded.by, op.at.wall, op.def_)
        body = self._with_bytes(sent, op.site) if kind == "photo" else sent
        if raised(kind, body):
            body = self._with_levels(kind, body, {})
        subject, op_id = op.subject.id, decoded.id
        parent, state, is_sent = decoded.walk or subject, state_of(kind, body), body is sent
        heads = (op_id,)
        return State(
            subject, kind, op.site, parent, state, heads, 1, op_id, body, _UNDISPUTED, is_sent
        )

    def _merge(self, decoded: Decoded, state: State | None, written: Effect) -> Merge:
        op = decoded.op
        if state is not None and written.own:
            return merging.beside(state, op.id, written)
        if state is None or merging.follows(state, op.base):
            return merging.forward(state, op.id, written)
        new = history.revision(decoded, state.revision + 1)
        return merging.merge(state, new, history.load(self._session, state.heads, self._done))

    def _next(
        self,
        decoded: Decoded,
        state: State | None,
        written: Effect,
        merged: Merge,
    ) -> State:
        op, body = decoded.op, merged.body
        if not written.own and merged.heads[0].int == op.id.int:
            body = signed(body, decoded.by, op.at.wall, op.def_)
        if op.subject.kind == "photo":
            body = self._with_bytes(body, op.site)
        body = self._with_levels(op.subject.kind, body, merged.conflict)
        return State(
            id=op.subject.id,
            kind=op.subject.kind,
            feed=op.site,
            parent=written.parent or (state.parent if state else op.subject.id),
            state=state_of(op.subject.kind, body),
            heads=merged.heads,
            revision=1 if state is None else state.revision + 1,
            change=op.id,
            body=body,
            conflict=merged.conflict,
        )

    def _with_bytes(self, body: dict[str, Any], site: UUID) -> dict[str, Any]:
        """A photo whose bytes were here first is stored at once."""
        sha256 = bytes.fromhex(body.get("sha256", ""))
        if (sha256, site) not in self.here or "stored" in body:
            return body
        row = self._media[sha256]
        return {**body, "stored": {"size_bytes": row.size_bytes, "mime": row.mime}}

    def _with_levels(
        self, kind: str, body: dict[str, Any], conflict: dict[str, list[dict[str, Any]]]
    ) -> dict[str, Any]:
        """The body with the levels that its texts, as they stand now, are raised to."""
        found = raised(kind, body, conflict)
        if kind == "result" and "value" in found and not self._answers.is_worded(body):
            del found["value"]
        if found:
            return {**body, RAISED: found}
        if RAISED in body:
            return {name: value for name, value in body.items() if name != RAISED}
        return body

    def _keep(self, number: int, state: State) -> None:
        if state.kind == "inspection":
            self._judged.clear()
        self._states[number] = self.changed[number] = state
        self.changes.append(Change(state.feed, state.kind, state.id, state.change))


def _is_like_new(decoded: Decoded) -> bool:
    """Whether an op is taken to be the first of its subject: nothing but a row is lost if not.

    Results are no steps of a machine, so whatever is there would only be one more reason to reject.
    """
    op = decoded.op
    return op.type == _RECORDED and not op.base


def _read(session: Session, ops: Sequence[Decoded], asked: Sequence[Decoded]) -> Iterable[State]:
    """The subjects of the ops that are asked for, and the inspections that all of them name."""
    named = {(subject := op.op.subject.id).int: subject for op in asked}
    named |= {walk.int: walk for op in ops if (walk := op.walk) is not None}
    return records.get(session, named.values()).values()


def _wrong(decoded: Decoded, state: State | None, walk: State | None) -> Rejected | None:
    op, site = decoded.op, decoded.op.site.int
    if state is not None and state.kind != op.subject.kind:
        told = Said(f"该记录是{kind_zh(state.kind)}", f"the subject is a {state.kind}")
        return _no(decoded, "schema", told)
    if (state is not None and state.feed.int != site) or (
        walk is not None and walk.feed.int != site
    ):
        return _no(decoded, "not-permitted", _ELSEWHERE)
    if walk is not None and walk.kind != "inspection":
        told = Said(
            f"payload.inspection 指向的是{kind_zh(walk.kind)}",
            f"payload.inspection names a {walk.kind}",
        )
        return _no(decoded, "schema", told)
    if (state is not None and state.state == "voided") or (
        walk is not None and walk.state == "voided"
    ):
        return _no(decoded, "voided-subject", _VOIDED)
    return None


def _late(decoded: Decoded, walk: State | None) -> tuple[str, ...]:
    """The mark of what comes for a walk that was sealed or approved."""
    is_late = walk is not None and walk.state in _CLOSED
    return (AFTER_SEAL,) if is_late and decoded.op.subject.kind != "inspection" else ()


def _no(decoded: Decoded, reason: Reason, detail: Said) -> Rejected:
    return reject(decoded.op, decoded.raw, decoded.hash, reason, detail)


def _stub(inspection: UUID, decoded: Decoded) -> State:
    """An inspection that is named before its ``inspection.start`` has come."""
    op = decoded.op
    return State(inspection, "inspection", op.site, inspection, STUB, (), 0, op.id, {})
