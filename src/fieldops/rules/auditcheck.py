"""Going through a chain of the audit: what of it is not as it was written, and what kind of change.

    lines, in the order of their places ─┬─ mark ─ is it ours, unchanged?
                                         ├─ link ─ does it follow from the line before?
    checkpoints ─────────────────────────┼─ is the chain the one that was signed?
    anchors (copies kept elsewhere) ─────┴─ and does it still reach so far?

One change is told once: after a line that does not fit the next one may follow from either link.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct

from fieldops.rules.auditchain import GENESIS, Line, content_of, is_marked, link
from fieldops.rules.checkpoints import Checkpoint, is_signed

Kind = Literal[
    "edited", "forged", "deleted", "inserted", "copied",
    "rechained", "cut", "checkpoint", "index", "ops",
]  # fmt: skip
SHOWN = 20
"""How many faults are named; all are counted."""


class Fault(Struct, frozen=True, omit_defaults=True):
    """One thing that was tampered with: ``chain`` is the place, ``no`` the row, if one is meant."""

    kind: Kind
    chain: int | None = None
    no: int | None = None
    what: str = ""


class Anchor(Struct, frozen=True):
    """What somebody kept of the chain: the link (hexadecimal) at ``last``; ``source`` says who.

    ``signed`` is the last checkpoint that there was then.
    """

    last: int
    hash: str
    at_ms: int
    source: str
    signed: int = 0


class Checker:
    """Takes the lines in order, then ``end``; ``marking`` may be empty: marks are not checked then.

    ``checkpoints`` come by their ``last``; ``trusted`` are public keys.
    """

    def __init__(
        self,
        marking: tuple[bytes, ...],
        trusted: frozenset[str],
        checkpoints: Iterable[Checkpoint],
        anchors: Iterable[Anchor],
    ) -> None:
        self.faults: list[Fault] = []
        self.counts: Counter[Kind] = Counter()
        self.last, self.head = 0, GENESIS
        self.lines = self.loose_lines = self.checkpoints = self.signed = 0
        self.superseded: list[Anchor] = []
        self._marking, self._trusted = marking, trusted
        self._checkpoints: Iterator[Checkpoint] = iter(checkpoints)
        self._checkpoint = next(self._checkpoints, None)
        self._before = 0
        self._anchors = sorted(anchors, key=lambda one: one.last)
        self._at = 0
        self._missed: list[Anchor] = []
        self._restores: list[Checkpoint] = []
        self._links: tuple[bytes, ...] = (GENESIS,)
        """Those that the next line may follow from; empty where the line before is gone."""

    def line(self, line: Line) -> None:
        """Look at a chained line."""
        assert line.chain is not None
        self.lines += 1
        if line.chain <= self.last:
            self.tell("inserted", line.chain, line.no)
            return
        if line.chain > self.last + 1:
            missing = line.chain - self.last - 1
            self._pass(line.chain - 1)
            self.tell("deleted", self.last + 1, what=f"{missing} lines")
            self._links = ()
        self._follow(line, line.chain)
        self._pass(line.chain)

    def _follow(self, line: Line, chain: int) -> None:
        said = content_of(line)
        made = [link(before, chain, line, said) for before in self._links]
        stored = line.link or b""
        is_ours = not self._marking or is_marked(self._marking, line, said)
        if made and stored not in made:
            self.tell("edited", chain, line.no)
        elif not is_ours:
            self.tell("forged", chain, line.no)
        self._links = (stored, *(one for one in made if one != stored))
        self.last, self.head = chain, stored

    def loose(self, line: Line) -> None:
        """Look at a line that is not chained yet."""
        self.loose_lines += 1
        if self._marking and not is_marked(self._marking, line, content_of(line)):
            self.tell("forged", None, line.no)

    def end(self) -> None:
        """Look at what says that the chain went on."""
        while (said := self._checkpoint) is not None:
            self._take(said)
            self.tell("cut", said.last, what=f"checkpoint; the chain ends at {self.last}")
        self._missed += self._anchors[self._at :]
        for anchor in self._anchors:
            if anchor.signed > self._before and not self._is_superseded(anchor):
                self.tell("checkpoint", anchor.signed, what=f"gone; {anchor.source} knows it")
        for anchor in self._missed:
            if self._is_superseded(anchor):
                self.superseded.append(anchor)
            elif anchor.last > self.last:
                self.tell("cut", anchor.last, what=f"{anchor.source}; ends at {self.last}")
            else:
                self.tell("rechained", anchor.last, what=anchor.source)

    def _is_superseded(self, anchor: Anchor) -> bool:
        """Whether a restore has since gone back behind what was kept: a signed one says so."""
        return any(
            one.restored is not None and one.restored < anchor.last and one.at_ms >= anchor.at_ms
            for one in self._restores
        )

    def tell(
        self, kind: Kind, chain: int | None = None, no: int | None = None, what: str = ""
    ) -> None:
        """One more fault."""
        self.counts[kind] += 1
        if len(self.faults) < SHOWN:
            self.faults.append(Fault(kind, chain, no, what))

    def _pass(self, chain: int) -> None:
        """Hold what was kept of places up to this one against the chain; ``head`` is its link."""
        while (said := self._checkpoint) is not None and said.last <= chain:
            self._take(said)
            if said.last == self.last and said.hash != self.head.hex():
                self.tell("rechained", said.last, what="checkpoint")
        while self._at < len(self._anchors) and self._anchors[self._at].last <= chain:
            anchor = self._anchors[self._at]
            self._at += 1
            if anchor.last == self.last and anchor.hash != self.head.hex():
                self._missed.append(anchor)

    def _take(self, said: Checkpoint) -> None:
        self._checkpoint = next(self._checkpoints, None)
        self.checkpoints += 1
        is_good = is_signed(said, self._trusted)
        if not is_good:
            why = "signature" if said.key in self._trusted else f"by a strange key {said.key[:16]}"
            self.tell("checkpoint", said.last, what=why)
        if said.before != self._before:
            self.tell("checkpoint", said.last, what=f"the one at {said.before} is not before it")
        self._before = said.last
        if is_good:
            self.signed = said.last
            if said.restored is not None:
                self._restores.append(said)


def first(faults: Sequence[Fault]) -> Fault | None:
    """The fault at the lowest place; those without a place come last."""
    return min(faults, key=lambda one: (one.chain is None, one.chain or 0), default=None)
