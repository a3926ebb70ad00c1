"""What has become of a record between two positions of the log: one kind of change.

    existed before │ stands now │ by          │ since    │ kind
    ───────────────┼────────────┼─────────────┼──────────┼─────────
    no             │ yes        │             │ in time  │ added
    no             │ yes        │             │ earlier  │ late        it occurred on a day before
    yes            │ yes        │ a person    │          │ changed     that of the last run
    yes            │ yes        │ the server  │          │ rejudged    score, finding, deadline, …
    yes            │ no         │             │          │ voided      a tombstone: key and kind
    no             │ no         │             │          │ voided      came and went between

Whoever has all of a run up to the first position and does what the rows of the next one say
(``voided`` removes the row of that key if there is one, every other kind puts it) has what stands
at the second; so does who took other runs in between, of which none was accepted in time.
"""

from fieldops.model.dataset import ChangeKind
from fieldops_sync.optypes import OP_TYPES

SERVERS_OWN: frozenset[str] = frozenset(
    name for name, op_type in OP_TYPES.items() if op_type.origins == {"server"}
)
"""Op types that no person sends: what they change is judged anew, not edited."""


def change_kind(existed: bool, stands: bool, by_person: bool, is_late: bool) -> ChangeKind:
    """The kind of change of one record."""
    if not stands:
        return "voided"
    if existed:
        return "changed" if by_person else "rejudged"
    return "late" if is_late else "added"
