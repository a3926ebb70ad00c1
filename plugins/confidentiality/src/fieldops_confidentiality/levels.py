"""How confidential the answers of a confidentiality walk are: they tell where a site is weak."""

from fieldops import Checklist, DataLevel, levels_by_type

WAYS_IN = frozenset(
    {
        "passwords_visible",
        "keys_unaccounted",
        "leavers_cards",
        "access_leavers",
        "access_shared",
        "access_second_factor",
        "backup_encrypted",
    }
)
"""The items whose answers tell somebody how to get in."""


def levels(checklist: Checklist) -> dict[str, DataLevel]:
    """L2 for every answer; L3 for ways in, signatures, places, and for free text."""
    found: dict[str, DataLevel] = {}
    by_type = levels_by_type(checklist)
    for item in (item for section in checklist.sections for item in section.items):
        is_free_text = hasattr(item.answer, "max_length")
        is_grave = is_free_text or item.key in WAYS_IN or by_type.get(item.key) == 3
        found[item.key] = 3 if is_grave else 2
    return found
