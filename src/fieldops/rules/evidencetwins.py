"""Notes on a photo beside others: used again, nearly the same, a number missing before it.

Of two alike the later one, by order of arrival, bears the note and names the earlier.  The same
item shot twice on the same day at the same site is no note: people do so.
"""

from collections.abc import Iterable

from fieldops.model.evidence import Exhibit, Place, Twin
from fieldops.model.picture import Measures
from fieldops.rules.evidencetexts import note
from fieldops.settings import EvidenceSettings
from fieldops_sync.payloads import EvidenceNote

_BITS = 64


def same_bytes(x: Exhibit, scale: EvidenceSettings) -> EvidenceNote | None:
    """The very same file stood for another site, item or date before."""
    return _twin_note("same-bytes", x, scale, x.same)


def near_duplicate(x: Exhibit, scale: EvidenceSettings) -> EvidenceNote | None:
    """Nearly the same picture stood for another site, item or date before."""
    if not is_comparable(x.measures, scale):
        return None
    near = [twin for twin in x.near if twin.bits <= scale.near_bits]
    return _twin_note("near-duplicate", x, scale, near)


def is_comparable(measures: Measures | None, scale: EvidenceSettings) -> bool:
    """Whether a picture shows enough to be told from others by its hash.

    Plain ones do not; nor do even gradients, whose hashes are nearly all zeros or all ones: with so
    few bits any two of them are near.
    """
    if measures is None or measures.contrast < scale.plain_contrast:
        return False
    ones = int(measures.dhash, 16).bit_count()
    return scale.near_bits < ones < _BITS - scale.near_bits


def counter_gap(x: Exhibit, scale: EvidenceSettings) -> EvidenceNote | None:
    """The tablet numbers its photos, and those just before this one are not known here."""
    gap = x.gap
    if gap is None:
        return None
    shown = str(gap.first) if gap.first == gap.last else f"{gap.first}–{gap.last}"
    return note("counter-gap", scale, missing=shown, count=str(gap.last - gap.first + 1))


def differences(one: Place, other: Place) -> list[str]:
    """In what two photos are evidence of something else: site, item, date.

    A repeat (one lift of several) is part of the item; a day that is not known differs from none.
    """
    found = {
        "site": one.site != other.site,
        "item": (one.item, one.repeat) != (other.item, other.repeat),
        "date": bool(one.day and other.day) and one.day != other.day,
    }
    return [name for name, differs in found.items() if differs]


def _twin_note(
    code: str, x: Exhibit, scale: EvidenceSettings, twins: Iterable[Twin]
) -> EvidenceNote | None:
    """The note that names the nearest, then the earliest; how many more there are."""
    elsewhere = [twin for twin in twins if differences(x.place, twin.place)]
    if not elsewhere:
        return None
    first = min(elsewhere, key=lambda twin: (twin.bits, twin.no))
    more = len(elsewhere) - 1
    place = first.place
    return note(
        code,
        scale,
        photo=str(first.photo),
        inspection=str(place.inspection),
        site=str(place.site),
        item=place.item,
        repeat=place.repeat,
        date=place.day,
        differs=", ".join(differences(x.place, place)),
        bits=str(first.bits) if code == "near-duplicate" else "",
        more=str(more) if more else "",
    )
