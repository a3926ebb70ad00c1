"""Who may take a step of a record's life: what the op's type leaves open, the record decides.

op ─ admit: a role for its type ─ here: a role for this step, or the record is his own
"""

from sqlmodel import Session

from fieldops.model.record import Decoded, State
from fieldops.model.said import NOTHING, Said
from fieldops.rules.access import OP_ROLES, may
from fieldops.rules.recordwords import roles_zh
from fieldops.rules.transitions import who_may
from fieldops.store import people


def barred(session: Session, decoded: Decoded, state: State | None, now_ms: int) -> Said:
    """Why the actor may not take this step, or an empty text; the op was admitted by its type."""
    who = who_may(decoded)
    if who is None or who.roles >= OP_ROLES[decoded.op.type]:
        return NOTHING
    if state is None or (who.own is not None and who.own(decoded, state)):
        return NOTHING
    actor = decoded.op.actor
    person = people.people(session, [actor]).get(actor)
    if person is not None and may(person, who.roles, decoded.op.site, now_ms):
        return NOTHING
    roles = sorted(who.roles)
    return Said(
        f"此步骤由{roles_zh(roles)}" + ("或相关本人执行" if who.own else "执行"),
        f"this step is a {' or '.join(roles)}'s" + (", or of whom it concerns" if who.own else ""),
    )
