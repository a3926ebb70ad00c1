"""The photos of a report: chosen by ``rules.photochoice``, with the derivatives that show them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from uuid import UUID

from msgspec.structs import replace
from sqlmodel import Session

from fieldops.model.report import Picked
from fieldops.report.tally import Shot, Tally, place_key
from fieldops.rules.photochoice import Candidate, best, worst
from fieldops.store import pictures
from fieldops.store.pictures import PictureRow

Picks = tuple[Picked, ...]


def pick(session: Session, tally: Tally, numbers: Mapping[UUID, int]) -> tuple[Picks, Picks]:
    """The best and the worst photos."""
    rows = pictures.get(session, {bytes.fromhex(one.sha256) for one in tally.shots})
    failures = Counter[tuple[str, str]]()
    for (item, place), count in tally.counts.items():
        failures[place_key(place), item.key] += count.failed
    candidates: list[Candidate] = []
    known: dict[UUID, tuple[Shot, PictureRow]] = {}
    for shot in tally.shots:
        row = rows.get(bytes.fromhex(shot.sha256))
        if row is None or row.view is None or row.thumb is None:
            continue
        one = shot.candidate
        known[one.id] = shot, row
        measures = row.picture.measures
        sharpness = measures.sharpness if measures else 0
        often = failures[one.place, one.item]
        candidates.append(replace(one, failures=often, sharpness=sharpness))
    return _picked(best(candidates), known, numbers), _picked(worst(candidates), known, numbers)


def _picked(
    chosen: Iterable[Candidate],
    known: Mapping[UUID, tuple[Shot, PictureRow]],
    numbers: Mapping[UUID, int],
) -> Picks:
    found = []
    for one in chosen:
        shot, row = known[one.id]
        assert row.view is not None
        assert row.thumb is not None
        found.append(
            Picked(
                id=one.id,
                sha256=shot.sha256,
                view=row.view.sha256.hex(),
                thumb=row.thumb.sha256.hex(),
                caption=shot.caption,
                titles=shot.titles,
                place=shot.place,
                severity=one.severity,
                is_failure=one.is_failure,
                at_ms=shot.at_ms,
                walk=numbers[shot.walk],
            )
        )
    return tuple(found)
