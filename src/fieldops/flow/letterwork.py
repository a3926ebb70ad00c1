"""What the writer of letters hands in, and the writing side of it."""

from msgspec import Struct, field
from sqlmodel import Session

from fieldops.store import letters, log, readers
from fieldops.store.letters import NewLetter, Settled

NAME = "letters"
"""The writer's name as a reader of the log."""
_DAY_MS = 24 * 3600 * 1000


class Write(Struct, frozen=True, tag="write", omit_defaults=True):
    """Move from one position to another, with the letters that the changes between them make.

    From −1 on it begins at the end of the log: who sets up mail wants no letters about the past.
    """

    from_: int = field(name="from")
    to: int
    letters: tuple[NewLetter, ...] = ()


class Posted(Struct, frozen=True, tag="posted", omit_defaults=True):
    """What came of letters; those of more than ``keep_days`` ago are forgotten."""

    results: tuple[Settled, ...]
    keep_days: int


def write(session: Session, asked: Write, now_ms: int) -> bool:
    """Keep letters with the cursor; False, and nothing is kept, if it stands elsewhere."""
    if asked.from_ < 0:
        readers.ensure(session, NAME, log.counter(session))
        return True
    if not readers.advance(session, NAME, asked.from_, asked.to, now_ms):
        return False
    letters.add(session, asked.letters, now_ms)
    return True


def posted(session: Session, asked: Posted, now_ms: int) -> None:
    """Keep what came of letters."""
    letters.settle(session, asked.results)
    letters.tidy(session, now_ms - asked.keep_days * _DAY_MS)
