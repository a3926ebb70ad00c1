"""Whose a walk is, as far as that opens answers above the level of a tablet."""

from collections.abc import Collection
from operator import attrgetter

from sqlmodel import Session

from fieldops.flow import history
from fieldops.model.record import Rev, State
from fieldops.store import arrivals, ledger

START = "inspection.start@1"
NAMED_BEFORE = "named-before"
"""The mark of a start that comes for a walk which somebody else has recorded in already."""
_number = attrgetter("number")


def of(session: Session, walk: State, people: Collection[str]) -> str:
    """Who owns a walk; nobody where one of ``people`` has only taken it, which opens none of it.

    It is his who was the first to be heard of on it and started it, or whom somebody else gave it.
    """
    owner: str = walk.body.get("owner", "")
    if owner not in people:
        return owner
    revisions = history.load(session, walk).values()
    made = sorted((one for one in revisions if "owner" in one.fields), key=_number)
    given = [one for one in made if one.fields["owner"] == owner]
    if any(str(one.actor) != owner for one in given):
        return owner
    began = bool(made) and str(made[0].actor) == owner and _began(session, made[0])
    return owner if began else ""


def _began(session: Session, first: Rev) -> bool:
    """Whether a revision is a start that nobody else had written before."""
    is_start = arrivals.of(session, [first.id])[first.id].type == START
    return is_start and NAMED_BEFORE not in ledger.find(session, [first.id])[first.id].receipt.marks
