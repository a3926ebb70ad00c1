"""How a record stood at a position of the log, whatever has happened to it since.

Records say what stands now.  For those that changed behind the position the ledger says it: their
ops up to there are folded again.  A subject's revisions are counted without a gap, so the first
revision behind the position tells the last one up to it.
"""

from collections.abc import Iterator, Set
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.decode import decode_all
from fieldops.model.record import Decoded
from fieldops.rules.replay import replay
from fieldops.store import exportread, ledger, log


class Sent(Struct, frozen=True, gc=False):
    """A body that is what one op says, and nothing else; ``raw`` is the op."""

    raw: bytes


class Kept(Struct, frozen=True, gc=False):
    """A body as it lies in its record, JSON."""

    json: bytes


class Folded(Struct, frozen=True):
    """A body that was made of ops again."""

    members: dict[str, Any]


Body = Sent | Kept | Folded


class Since:
    """What changed behind a position; ``look`` before every page, in the page's own snapshot."""

    def __init__(self, position: int) -> None:
        self._position = position
        self._seen = position
        self._revisions: dict[bytes, int] = {}
        self._ops: dict[bytes, list[UUID]] = {}

    @property
    def subjects(self) -> Set[bytes]:
        """The subjects that changed behind the position."""
        return self._revisions.keys()

    def look(self, session: Session) -> None:
        """Learn what has been committed since the last look."""
        head = log.counter(session)
        if head > self._seen:
            for subject, revision in exportread.tail(session, self._seen, head):
                self._revisions.setdefault(subject, revision - 1)
            self._seen = head

    def revision(self, row: exportread.Row) -> int:
        """The last revision of a row's record up to the position; to be asked for every row."""
        known = self._revisions.get(row[3])
        if known is None:
            return int(row[9])
        self._ops.setdefault(row[3], []).append(UUID(bytes=row[4]))
        return known

    def standing(self, session: Session, row: exportread.Row) -> tuple[str, bool, Body]:
        """State, whether in conflict, and body, by the row of the last op up to the position."""
        if row[3] not in self._revisions:
            body: Body = Sent(row[8]) if row[11] is None else Kept(row[11])
            return row[10], bool(row[12]), body
        ops = self._ops.pop(row[3])
        if len(ops) < row[5]:
            earlier = exportread.ops_of(session, row[2], row[1], {row[3]}, self._position)
            ops = earlier[row[3]]
        raws = ledger.raws(session, ops)
        state = replay(decoded([raws[op][0] for op in ops if op in raws], row[3]))
        if state is None:
            raise LookupError(f"the ledger lacks the ops of {UUID(bytes=row[3])}")
        return state.state, bool(state.conflict), Folded(state.body)


def decoded(raws: list[bytes], subject: bytes) -> Iterator[Decoded]:
    """The ops of a record; the one that named it first may be of another."""
    for read in decode_all(raws):
        if isinstance(read, Decoded) and read.op.subject.id.bytes == subject:
            yield read
