"""How confidential security's answers are, beyond what their types say (domain.md, rule 11)."""

from fieldops import Checklist, DataLevel, levels_by_type

_BY_ITEM: dict[str, DataLevel] = {
    "point_visited_at": 2,  # With the point it tells where a guard was, to the minute.
    "incident_note": 3,  # Who did what to whom.
    "visitor_record": 3,  # Part of an identity document, and whom somebody visits.
}


def levels(checklist: Checklist) -> dict[str, DataLevel]:
    """Signatures and places are L3, names and free words L2; more for what is listed here."""
    items = {item.key for section in checklist.sections for item in section.items}
    own = {key: level for key, level in _BY_ITEM.items() if key in items}
    return {**levels_by_type(checklist), **own}
