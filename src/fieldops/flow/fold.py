"""Folding ops over states, in memory: ops of one batch see each other's effect.

Everything here reads at most once per batch and writes nothing; ``apply`` writes the outcome.

A result recorded on nothing (no ``base``) is taken to be new, unasked: ids of results are derived,
and each that is not there would be looked for at another place of the index.  If one is there all
the same, its key keeps the row out, and the writer runs the job again, which asks (``is_again``).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, repeat
from uuid import UUID

import structlog
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow import claims, history, possession, steprights
from fieldops.flow.bodies import Bodies
from fieldops.flow.decode import reject
from fieldops.flow.ownership import NAMED_BEFORE, START
from fieldops.model.change import Change
from fieldops.model.record import Applied, Decoded, Effect, Merge, Ready, Rejected, Rev, State
from fieldops.model.said import Said
from fieldops.rules import merge as merging
from fieldops.rules.effects import effect, is_plain, signed, state_of
from fieldops.rules.recordwords import kind_zh
from fieldops.rules.transitions import machine_of, refusal, stepped
from fieldops.store import arrivals, media, records
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
_CROWDED = Said(
    "该记录的并行修改过多，无法再并入基于旧状态的修改；请先裁定现有冲突",
    "the record has too many edits to take in one more that was made on an old state;"
    " decide on those that stand first",
)
_OWN_FAULTS = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What an op that fails by itself raises; what the database raises is the whole batch's."""
_logger = structlog.get_logger(__name__)


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
        self._bodies = Bodies(session, self._media, self.here)
        self._done: dict[int, tuple[Decoded, int]] = {}
        self._histories: dict[int, dict[UUID, Rev]] = {}
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

    def take(self, ops: Sequence[Ready]) -> Iterator[Applied | Rejected]:
        """Fold ops, in their order; one that fails by itself is rejected, the others go on."""
        for stretch in _stretches(ops):
            yield from self._stretch(stretch)

    def _stretch(self, ops: Sequence[Ready]) -> Iterator[Applied | Rejected]:
        """Ops that are alike: what holds of the first new result of a walk holds of the next."""
        alike, rest = _alike(ops[0].decoded), ops
        if alike not in self._judged:
            yield self._alone(ops[0])
            rest = ops[1:]
        yield from self._begun(rest, alike) or map(self._alone, rest)

    def _are_new(self, ops: Sequence[Ready]) -> bool:
        """Whether these are about subjects that nobody knows, each about another."""
        numbers = {one.decoded.op.subject.id.int for one in ops}
        return len(numbers) == len(ops) and self._states.keys().isdisjoint(numbers)

    def _begun(self, ops: Sequence[Ready], alike: _Alike) -> list[Applied]:
        """New subjects whose like was judged, all at once: the same as ``_apply`` of each.

        Nothing where each must be looked at by itself.
        """
        late = self._judged.get(alike)
        if not ops or late is None or not self._are_new(ops):
            return []
        decoded = [one.decoded for one in ops]
        try:
            states = self._bodies.firsts(decoded)
        except _OWN_FAULTS:  # one of them fails: by itself it shows
            return []
        self._keep_new(states, decoded)
        status, marks = ops[0].status or "applied", [*ops[0].marks, *late]
        said: tuple[repeat[list[str]], ...] = (repeat([]), repeat(marks)) if marks else ()
        ids = [one.id for one in decoded]
        receipts = map(Receipt, ids, repeat(status), repeat(True), repeat(1), *said)
        return list(map(Applied, decoded, states, receipts, [one.occurred_ms for one in ops]))

    def _keep_new(self, states: Sequence[State], decoded: Sequence[Decoded]) -> None:
        """As ``_keep``, of new subjects of one kind and site, with the op that made each."""
        by_number = {state.id.int: state for state in states}
        self._states.update(by_number)
        self.changed.update(by_number)
        feed, kind = states[0].feed, states[0].kind
        subjects, ops = [one.id for one in states], [one.id for one in decoded]
        self.changes += map(Change, repeat(feed), repeat(kind), subjects, ops)
        self._done.update((one.id.int, (one, 1)) for one in decoded)

    def _alone(self, one: Ready) -> Applied | Rejected:
        """Fold one op; should it fail by itself, it is quarantined (promise 2)."""
        try:
            return self._judge(one)
        except _OWN_FAULTS as error:
            decoded = one.decoded
            _logger.exception("op failed by itself", op=str(decoded.id), type=decoded.op.type)
            name = type(error).__name__
            told = Said(f"该操作无法生效（{name}）", f"the op could not be applied ({name})")
            return _no(decoded, "schema", told)

    def _judge(self, one: Ready) -> Applied | Rejected:
        """Fold one op, and keep what decided on a new subject of its walk."""
        decoded, walk = one.decoded, one.decoded.walk
        is_new = decoded.op.subject.id.int not in self._states
        done = self._apply(decoded, one.marks, one.occurred_ms, one.status)
        if walk is None or not is_new or not is_plain(decoded.op.type):
            return done
        stands = self._states.get(walk.int)
        # An op may call the very subject that it makes its inspection.
        is_walk = stands is not None and stands.kind == "inspection"
        if is_walk and isinstance(done, Applied) and done.state.kind in _OF_A_WALK:
            self._judged[_alike(decoded)] = _late(decoded, stands)
        return done

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
            status, (new,) = status or "applied", self._bodies.firsts([decoded])
        else:
            written = stepped(decoded, state, effect(decoded))
            if state is not None and not written.own and merging.is_crowded(state, op.base):
                return _no(decoded, "transition", _CROWDED)
            merged = self._merge(decoded, state, written)
            status, clashing = status or merged.verdict, merged.fields
            new = self._next(decoded, state, written, merged)
        if walk is None and walk_id is not None:
            self._keep(walk_id.int, _stub(walk_id, decoded))
            marks += (STUB,)
        elif op.type == START and state is not None and self._is_another_s(state, op.actor):
            marks += (NAMED_BEFORE,)
        self._keep(number, new)
        self._done[op.id.int] = (decoded, new.revision)
        receipt = Receipt(op.id, status, True, new.revision)
        if clashing or marks:
            receipt = replace(receipt, fields=list(clashing), marks=list(marks))
        return Applied(decoded, new, receipt, occurred_ms)

    def _is_another_s(self, walk: State, actor: UUID) -> bool:
        """Whether a walk is known so far from what somebody else has recorded in it."""
        if walk.revision > 0:
            return False
        recent = self._done.get(walk.change.int)
        if recent is not None:
            return recent[0].op.actor != actor
        return arrivals.of(self._session, [walk.change])[walk.change].actor != actor

    def _untaken(self, decoded: Decoded, state: State | None) -> Rejected | None:
        """The rejection of a step that its actor may not take, or that leads nowhere from here."""
        if machine_of(decoded) is None:
            return None
        barred = steprights.barred(self._session, decoded, state, self._now_ms)
        if barred:
            return _no(decoded, "not-permitted", barred)
        refused = refusal(decoded, state)
        return _no(decoded, "transition", refused) if refused else None

    def _merge(self, decoded: Decoded, state: State | None, written: Effect) -> Merge:
        op = decoded.op
        if state is not None and written.own:
            return merging.beside(state, op.id, written)
        if state is None or merging.follows(state, op.base):
            return merging.forward(state, op.id, written)
        new = history.revision(decoded, state.revision + 1)
        return merging.merge(state, new, self._history(state))

    def _history(self, state: State) -> dict[UUID, Rev]:
        """A subject's revisions: read once a batch, and what the batch adds as it comes."""
        before = self._histories.get(state.id.int, {})
        found = history.load(self._session, state, self._done, known=before)
        self._histories[state.id.int] = found
        return found

    def _next(
        self,
        decoded: Decoded,
        state: State | None,
        written: Effect,
        merged: Merge,
    ) -> State:
        op, body = decoded.op, merged.body
        if not written.own and merged.heads[0].int == op.id.int:
            body = signed(body, decoded.by, op.at.wall, _cited(decoded, state))
        if op.subject.kind == "photo":
            body = self._bodies.with_bytes(body, op.site)
        body = self._bodies.with_levels(op.subject.kind, body, merged.conflict)
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

    def _keep(self, number: int, state: State) -> None:
        if state.kind == "inspection":
            self._judged.clear()
        self._states[number] = self.changed[number] = state
        self.changes.append(Change(state.feed, state.kind, state.id, state.change))


def _alike(decoded: Decoded) -> _Alike:
    op, walk = decoded.op, decoded.walk
    return (0 if walk is None else walk.int, op.site.int, op.type, op.subject.kind)


def _stretches(ops: Sequence[Ready]) -> Iterator[Sequence[Ready]]:
    """The ops cut where they are not alike any more."""
    likes = [(_alike(one.decoded), one.marks, one.status) for one in ops]
    for _, numbers in groupby(range(len(ops)), likes.__getitem__):
        slots = list(numbers)
        yield ops[slots[0] : slots[-1] + 1]


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


def _cited(decoded: Decoded, state: State | None) -> str | None:
    """The checklist that a subject is by from now on; None where that stays what it was.

    An answer stays one by the version that it was given by, which says who may see it, whatever is
    written beside it.
    """
    is_beside = state is not None and "value" in state.body and "value" not in decoded.fields
    return None if is_beside else decoded.op.def_


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
