"""The debts of a batch: which bytes its subjects name, and whether they are awaited.

    changed states ─ named before and now (rules.claims) ─┐
    ops' own ``media`` ───────────────────────────────────┴─ claims ─ a photo speaks for its bytes

A photo and a result of one inspection may name the same bytes: the photo's fate is theirs (voided,
waived, stored), the result's claim is excused.  Bytes that an op only lists in ``media`` are a
claim of its subject until that is voided.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from msgspec.structs import replace
from sqlmodel import Session

from fieldops.model.record import Applied, Decoded, State
from fieldops.rules.claims import awaited, bears_photos, described, is_live, named
from fieldops.store import debts, devices
from fieldops.store.debts import AWAITED, EXCUSED, HERE, Claim

_Key = tuple[bytes, int]
"""A hash and the number of the subject that names it."""


def hashes(ops: Sequence[Decoded], states: Mapping[int, State]) -> set[bytes]:
    """The bytes whose debts a batch may change: what its ops name, and what their subjects do."""
    found: set[str] = set()
    for decoded in ops:
        # Nearly every op is a result without a photo, of which nothing is known.
        fields, op = decoded.fields, decoded.op
        if op.subject.kind != "result" or "photos" in fields or "set" in fields:
            found |= described(op.subject.kind, fields)
        if op.media:
            found.update(op.media)
    for subject in {decoded.op.subject.id.int for decoded in ops} & states.keys():
        if bears_photos(states[subject]):
            found |= named(states[subject])
    return {bytes.fromhex(sha256) for sha256 in found}


def settle(
    session: Session,
    before: Mapping[int, State],
    changed: Mapping[int, State],
    applied: Sequence[Applied],
    named_: Collection[bytes],
    here: Collection[tuple[bytes, UUID]],
    source: int,
    now_ms: int,
) -> None:
    """Bring the ledger to what the batch's subjects say now; nothing for a batch without photos.

    ``before`` and ``changed`` are the subjects by number, ``named_`` is what ``hashes`` found,
    ``here`` are those of it that are stored, each with a site that has them; ``source`` is the
    incarnation's number, 0 for none.
    """
    sorting = _Sorting(before, changed, here, now_ms)
    if named_:
        for state in changed.values():
            if bears_photos(state):
                sorting.take_state(state)
        sorting.take_ops(applied)
    if sorting.claims or sorting.listed:
        _write(session, sorting, devices.device_of(session, source) if source else None)
    for state in changed.values():
        if not is_live(state):
            debts.excuse(session, sorting.parent(state), state.id)


class _Sorting:
    """The claims of one batch, by (hash, number of the subject).

    ``claims`` are to be put; ``listed`` come from an op's ``media`` alone, and change no claim that
    is there.
    """

    def __init__(
        self,
        before: Mapping[int, State],
        changed: Mapping[int, State],
        here: Collection[tuple[bytes, UUID]],
        now_ms: int,
    ) -> None:
        self._before, self._changed, self._here = before, changed, here
        self._now_ms = now_ms
        self.claims: dict[_Key, Claim] = {}
        self.listed: dict[_Key, Claim] = {}

    def parent(self, state: State) -> UUID:
        """The inspection that a subject was first recorded in: it never moves.

        A finding's photos are its own: no seal of an inspection waits for a rectification.
        """
        if state.kind == "finding":
            return state.id
        old = self._before.get(state.id.int)
        return state.parent if old is None else old.parent

    def is_photo(self, key: _Key) -> bool:
        """Whether the claim is a photo's."""
        return self._changed[key[1]].kind == "photo"

    def take_state(self, state: State) -> None:
        """What changed between the subject's claims before the batch and now."""
        old = self._before.get(state.id.int)
        names, wanted = named(state), awaited(state)
        names_before, wanted_before = named(old), awaited(old)
        is_resized = old is not None and _size(state) != _size(old)
        for sha256 in names | names_before:
            is_told = sha256 in names_before and (sha256 in wanted_before) == (sha256 in wanted)
            if not is_told or is_resized:
                key = bytes.fromhex(sha256)
                self.claims[key, state.id.int] = self._claim(key, state, sha256 in wanted)

    def take_ops(self, applied: Sequence[Applied]) -> None:
        """What ops named on the way and their subjects do not name, or only in ``media``."""
        for one in applied:
            op = one.decoded.op
            own = described(op.subject.kind, one.decoded.fields)
            if not own and not op.media:
                continue
            state = self._changed[op.subject.id.int]
            for sha256 in own.union(op.media):
                key = bytes.fromhex(sha256), state.id.int
                if key in self.claims or sha256 in named(self._before.get(key[1])):
                    continue
                if sha256 in own:
                    self.claims[key] = self._claim(key[0], state, is_wanted=False)
                else:
                    self.listed[key] = self._claim(key[0], state, is_live(state))

    def _claim(self, sha256: bytes, state: State, is_wanted: bool) -> Claim:
        is_here = (sha256, state.feed) in self._here
        owed = EXCUSED if not is_wanted else HERE if is_here else AWAITED
        size = _size(state) if state.body.get("sha256") == sha256.hex() else None
        parent = self.parent(state)
        return Claim(sha256, state.id, parent, state.feed, None, size, self._now_ms, owed, is_here)


def _write(session: Session, sorting: _Sorting, device: UUID | None) -> None:
    """Put the claims; where a photo of the inspection names the bytes, no other claim is owed."""
    every = {**sorting.listed, **sorting.claims}
    there = {
        (one.sha256, one.subject.int): one
        for one in debts.known(session, {key[0] for key in every})
    }
    for key in sorting.listed.keys() & there.keys() - sorting.claims.keys():
        del every[key]
    spoken = {(one.sha256, one.parent) for one in there.values() if one.kind == "photo"}
    spoken |= {(key[0], every[key].parent) for key in every if sorting.is_photo(key)}
    for key, one in there.items():
        if key not in every and one.owed != EXCUSED:
            every[key] = Claim(
                one.sha256, one.subject, one.parent, one.feed, None, None, 0, one.owed
            )
    put = []
    for key, claim in every.items():
        known = there.get(key)
        is_photo = known.kind == "photo" if known else sorting.is_photo(key)
        if not is_photo and (claim.sha256, claim.parent) in spoken:
            claim = replace(claim, owed=EXCUSED)
        if known is None or known.owed != claim.owed or claim.size_bytes is not None:
            put.append(replace(claim, device=device))
    debts.put(session, put)


def _size(state: State) -> int | None:
    """What a photo's op said of its size; results, feedback and notes never say."""
    size = state.body.get("size_bytes") if state.kind == "photo" else None
    return size if isinstance(size, int) else None
