"""What subjects say: what their ops word, who signed it, and what the server adds to it.

    members ─ signed ─ bytes that are stored already ─ levels that texts are raised to ─→ body

New subjects of a kind are made many at once: nearly every op of a walk makes one.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import repeat
from operator import is_
from typing import Any
from uuid import UUID

from sqlmodel import Session

from fieldops.flow.answerlevels import AnswerLevels
from fieldops.model.record import Decoded, State
from fieldops.rules.effects import signed, states_of
from fieldops.rules.texts import RAISED, are_bare, raised
from fieldops.store.media import MediaRow

Body = dict[str, Any]
Conflict = dict[str, list[dict[str, Any]]]
"""The values that stand beside those of a body, as in ``State``."""
_UNDISPUTED: Conflict = {}


class Bodies:
    """The bodies of one batch.

    ``stored`` are the bytes that the batch is about, by SHA-256, ``here`` those of them that are
    stored, each with a site that has them.
    """

    def __init__(
        self,
        session: Session,
        stored: Mapping[bytes, MediaRow],
        here: Collection[tuple[bytes, UUID]],
    ) -> None:
        self._stored, self._here = stored, here
        self._answers = AnswerLevels(session)

    def firsts(self, ops: Sequence[Decoded]) -> list[State]:
        """New subjects of one kind as their ops word them.

        The same as merging each of them would make of it, in a tenth of the time.
        """
        kind = ops[0].op.subject.kind
        sites = [one.op.site for one in ops]
        sent = [signed(one.fields, one.by, one.op.at.wall, one.op.def_) for one in ops]
        bodies = sent
        if kind == "photo":
            bodies = list(map(self.with_bytes, bodies, sites))
        if not are_bare(kind, bodies):
            bodies = [self.with_levels(kind, body, _UNDISPUTED) for body in bodies]
        ids = [one.id for one in ops]
        subjects = [one.op.subject.id for one in ops]
        return list(
            map(
                State,
                subjects,
                repeat(kind),
                sites,
                [one.walk or one.op.subject.id for one in ops],
                states_of(kind, bodies),
                zip(ids),  # the heads of each: its op alone
                repeat(1),
                ids,
                bodies,
                repeat(_UNDISPUTED),
                map(is_, bodies, sent),
            )
        )

    def with_bytes(self, body: Body, site: UUID) -> Body:
        """A photo whose bytes were here first is stored at once."""
        sha256 = bytes.fromhex(body.get("sha256", ""))
        if (sha256, site) not in self._here or "stored" in body:
            return body
        row = self._stored[sha256]
        return {**body, "stored": {"size_bytes": row.size_bytes, "mime": row.mime}}

    def with_levels(self, kind: str, body: Body, conflict: Conflict) -> Body:
        """The body with the levels that its texts, as they stand now, are raised to."""
        found = raised(kind, body, conflict)
        if kind == "result" and "value" in found and not self._answers.is_worded(body):
            del found["value"]
        if found:
            return {**body, RAISED: found}
        if RAISED in body:
            return {name: value for name, value in body.items() if name != RAISED}
        return body
