"""Photos with what the database knows of them: the claims they came with, their clocks, their site.

record ─ first op (receipt, device, clock) ─ site (fence, zone) ─ picture (measures) ─→ Shot
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.clock import occurred_ms, wall_ms
from fieldops.model.evidence import Exhibit, Gap, Place, Times, Twin
from fieldops.model.picture import Measures
from fieldops.model.record import State
from fieldops.rules.evidencetimes import day
from fieldops.settings import EvidenceSettings
from fieldops.store import arrivals, devices, log, pictures, records, sightings
from fieldops.store.sightings import Sighting
from fieldops_sync.payloads import PictureFacts
from fieldops_sync.wire import Claimed

_logger = structlog.get_logger(__name__)


class Shot(Struct, frozen=True):
    """One photo as it is now.  ``known`` is its sighting on record, ``seen`` what it should be."""

    state: State
    seen: Sighting
    known: Sighting | None
    times: Times
    fence: dict[str, str] | None = None
    measures: Measures | None = None

    @property
    def is_judged(self) -> bool:
        """Whether it can be judged: looked at, not voided, and its bytes are still kept.

        A photo that was removed when its time was over, or whose measures are not at hand, keeps
        the notes that it had.
        """
        facts = self.state.body.get("picture") or {}
        seen = self.measures is not None or facts.get("verdict") == "undecodable"
        return bool(facts) and seen and self.state.state not in ("voided", "removed")


class Rules(Struct, frozen=True):
    """What photos are judged by; ``timezone`` is that of sites which name none."""

    scale: EvidenceSettings
    timezone: str


def load(session: Session, firsts: Mapping[UUID, int], rules: Rules) -> dict[UUID, Shot]:
    """The shots of photos, by id.

    ``firsts`` gives the position at which each was met; one known before keeps its own.  What is no
    photo with bytes is left out; one that cannot be read is logged and left out.
    """
    states = [one for one in records.get(session, firsts).values() if one.body.get("sha256")]
    known = sightings.get(session, [one.id for one in states])
    opened = {
        one.id: log.change_at(session, known[one.id].no if one.id in known else firsts[one.id])
        for one in states
    }
    shelf = _Shelf(session, states, opened, rules)
    found: dict[UUID, Shot] = {}
    for state in states:
        no = known[state.id].no if state.id in known else firsts[state.id]
        try:
            found[state.id] = shelf.shot(state, no, known.get(state.id))
        except Exception:
            _logger.exception("photo cannot be judged", photo=str(state.id))
    return found


def exhibit(shot: Shot, gap: Gap | None, same: Iterable[Twin], near: Iterable[Twin]) -> Exhibit:
    """A shot that is judged, beside what it is compared with."""
    body = shot.state.body
    return Exhibit(
        place=place_of(shot.seen),
        role=body.get("role") or "evidence",
        facts=msgspec.convert(body["picture"], PictureFacts),
        measures=shot.measures,
        times=shot.times,
        latitude=body.get("latitude"),
        longitude=body.get("longitude"),
        accuracy_m=body.get("accuracy_m"),
        fence=shot.fence,
        gap=gap,
        same=tuple(same),
        near=tuple(near),
    )


def place_of(seen: Sighting) -> Place:
    """What a sighting is evidence of."""
    return Place(seen.feed, seen.parent, seen.item, seen.repeat, seen.day)


class _Shelf:
    """What the photos of a page need, each read once."""

    def __init__(
        self,
        session: Session,
        states: list[State],
        opened: Mapping[UUID, UUID | None],
        rules: Rules,
    ) -> None:
        self._rules = rules
        self._opened = {photo: op for photo, op in opened.items() if op is not None}
        self._arrived = arrivals.of(session, self._opened.values())
        self._senders = arrivals.devices(session, self._opened.values())
        self._sites = records.get(session, {one.feed for one in states})
        self._pictures = pictures.get(
            session, {bytes.fromhex(one.body["sha256"]) for one in states}
        )
        senders = sorted(set(self._senders.values()))
        self._offsets = {device: devices.offsets(session, device) for device in senders}

    def shot(self, state: State, no: int, known: Sighting | None) -> Shot:
        body, site = state.body, self._sites.get(state.feed)
        about = {} if site is None else site.body
        opened = self._opened[state.id]
        device = self._senders.get(opened)
        times = self._times(body, opened, about.get("timezone") or self._rules.timezone)
        sha256 = bytes.fromhex(body["sha256"])
        picture = self._pictures.get(sha256)
        seen = Sighting(
            subject=state.id,
            no=no,
            sha256=sha256,
            feed=state.feed,
            parent=state.parent,
            item=_storable(body.get("item")),
            repeat=_storable(body.get("repeat")),
            day=day(times, self._rules.scale),
            device=known.device if known else device,
            counter=body.get("counter"),
            risk=known.risk if known and state.state != "voided" else None,
        )
        measures = picture.picture.measures if picture else None
        return Shot(state, seen, known, times, about.get("fence"), measures)

    def _times(self, body: Mapping[str, Any], opened: UUID, zone: str) -> Times:
        arrival = self._arrived[opened]
        recorded_ms = wall_ms(arrival.wall)
        if not body.get("taken"):
            taken, wall = (recorded_ms, arrival.occurred_ms), arrival.wall
        else:
            claimed = msgspec.convert(body["taken"], Claimed)
            offsets = self._offsets.get(self._senders.get(opened, opened), {})
            true_ms = occurred_ms(claimed, offsets, arrival.received_ms)
            taken, wall = (wall_ms(claimed.wall), true_ms), claimed.wall
        return Times(
            received_ms=arrival.received_ms,
            zone=zone,
            wall=wall,
            offset_min=_offset_min(wall),
            taken_ms=taken[0],
            true_taken_ms=taken[1],
            recorded_ms=recorded_ms,
            true_recorded_ms=arrival.occurred_ms,
        )


def _offset_min(wall: str) -> int | None:
    """The offset from UTC that a wall time names, in minutes."""
    try:
        offset = datetime.fromisoformat(wall).utcoffset()
    except ValueError:
        return None
    return None if offset is None else int(offset.total_seconds() // 60)


def _storable(text: str | None) -> str:
    """PostgreSQL's columns keep no NUL, and one photo that names one would hold up all others."""
    return (text or "").replace("\0", "\ufffd")
