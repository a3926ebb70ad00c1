"""What the server noted about the demo's photos, for the supervisor's eyes."""

from uuid import UUID

import msgspec
from msgspec import Struct

from fieldops.cli.demo_desk import Desk
from fieldops.cli.demo_differences import Record, of_kind
from fieldops_sync.payloads import EvidenceNote, Titles


class Noted(Struct, frozen=True):
    """A note: which photo bears it, its texts by language, how much it weighs (0 to 100).

    ``beside`` is the caption of the other photo, where the note compares two; ``bits`` says in how
    many of 64 bits their difference hashes differ.
    """

    caption: str
    titles: Titles
    weight: int
    beside: str = ""
    bits: str = ""


def noted(records: list[Record]) -> list[Noted]:
    """The notes on an inspection's photos, the heaviest first, those that say the same together."""
    photos = of_kind(records, "photo")
    captions = {one["id"]: one["body"].get("caption", "") for one in photos}
    found = [
        Noted(
            caption=captions[one["id"]],
            titles=note.titles,
            weight=note.weight,
            beside=captions.get(note.evidence.get("photo", ""), ""),
            bits=note.evidence.get("bits", ""),
        )
        for one in photos
        for note in msgspec.convert(one["body"].get("notes") or (), tuple[EvidenceNote, ...])
    ]
    return sorted(found, key=lambda one: (-one.weight, one.titles["en"], one.caption))


def risk_of(desk: Desk, inspection: UUID) -> int:
    """By how much an inspection goes before others in the supervisor's queue; 0 if it is not there.

    The first page of the queue holds the riskiest.
    """
    waiting = desk.get("review")["inspections"]
    return max((one["risk"] for one in waiting if one["inspection"] == str(inspection)), default=0)
