"""The zone score map: what report and console draw beside the score.

It travels among the sections of the score, by keys that no section can have: ``zone:<code>`` for
each zone (the repeat's name where no code was scanned), ``type:<type>`` for each type of zone.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from fieldops import Checklist, Inspection, repeat_scores
from fieldops_cleaning.zones import type_of, zone_of

_CENT = Decimal("0.01")
_KEY_MAX = 200
"""What the wire allows a key of a score's section."""


def zone_scores(
    inspection: Inspection, checklist: Checklist, sections: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    """Percent by zone and by type of zone; a zone that stands twice shows its worse half.

    ``sections`` are the scores of the sections.  A type's score is the mean of its zones; a section
    that is one place is one zone.
    """
    zones: dict[str, Decimal] = {}
    types: dict[str, list[Decimal]] = {}
    repeated = repeat_scores(inspection, checklist)
    for section, repeats in repeated.items():
        for repeat, percent in repeats.items():
            zone = zone_of(inspection, section, repeat)
            key = f"zone:{zone.key}"[:_KEY_MAX]
            zones[key] = min(percent, zones.get(key, percent))
            types.setdefault(zone.type, []).append(percent)
    for section, percent in sections.items():
        if section not in repeated:
            types.setdefault(type_of(section), []).append(percent)
    means = {f"type:{kind}": _mean(found) for kind, found in sorted(types.items()) if kind}
    return {**means, **zones}


def _mean(percents: list[Decimal]) -> Decimal:
    return (sum(percents, Decimal()) / len(percents)).quantize(_CENT, ROUND_HALF_UP)
