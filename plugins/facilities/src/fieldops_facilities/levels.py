"""How confidential the answers of a facilities walk are."""

from fieldops import Checklist, DataLevel, levels_by_type
from fieldops_facilities.rules_assets import NAMEPLATE


def levels(checklist: Checklist) -> dict[str, DataLevel]:
    """By the types of the answers; what stands on a nameplate is text, and yet no one's secret."""
    found = levels_by_type(checklist)
    found |= {key: 1 for key in found if key.endswith(NAMEPLATE)}
    return found
