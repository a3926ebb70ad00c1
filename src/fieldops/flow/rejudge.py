"""Photos are judged again when the rules change that judged them: settings, a site's fence or zone.

    idle ─ a site whose mark differs ─ its next photos ─ judge ─ ops, sightings, the site's place

What judged a site's photos is a mark on record (``store.judged``).  The first step of a round puts
the new mark there and the last one ends it, so a round goes on where it stopped, comes once for
each change, and shows in history as notes that come and go.
"""

import hashlib
import time
from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec
import structlog
from msgspec import Raw, Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow.evidence import NAME, Cause, judge
from fieldops.flow.exhibits import Rules
from fieldops.flow.handin import Advance, Handin
from fieldops.rules import evidence
from fieldops.settings import EvidenceSettings
from fieldops.store import judged, readers, records, sightings
from fieldops.store.engine import Store
from fieldops.store.judged import Move, Standing
from fieldops_sync.ids import uuid7

_logger = structlog.get_logger(__name__)

PHOTOS = 50
"""Photos judged at a time, so that what the log brings does not wait long."""
WINDOW = 2000
"""Records of a site gone through for them: some milliseconds of reading."""
SITES = 50
"""Sites begun, ended or gone on with at a time."""
PAUSE_S = 10
"""How long it waits before it looks again whether anything changed."""


class _Step(Struct, frozen=True):
    """What one step hands in: everything in one transaction."""

    advance: Advance
    photos: int


class Rejudger:
    """Judges the photos of those sites again whose rules are not those they were judged by.

    Of processes with different settings the one that began last decides: who finds that another
    has judged a site by other settings, after it did so itself, leaves it as it is.
    """

    def __init__(
        self,
        store: Store,
        handin: Handin,
        scale: EvidenceSettings,
        timezone: str,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._store = store
        self._handin = handin
        self._rules = Rules(scale, timezone)
        self._scale = _mark([evidence.VERSION, scale.model_dump(mode="json"), timezone])
        self._pause_s = pause_s
        self._due_s = 0.0
        self._begun: set[UUID] = set()

    def run(self, now_ms: int) -> int:
        """Judge some photos again, if any are to be; how many.  Raises as the hand-in does."""
        if time.monotonic() < self._due_s:
            return 0
        with self._store.read() as session:
            step = self._step(session, now_ms)
        if step is None:
            self._due_s = time.monotonic() + self._pause_s
            return 0
        if not self._handin(step.advance).moved:
            return 0
        self._begun |= {move.site for move in step.advance.rejudged}
        return step.photos

    def _step(self, session: Session, now_ms: int) -> _Step | None:
        """What is to be done next, or None if every site is judged by the rules in force."""
        moves: list[Move] = []
        causes: dict[UUID, Cause] = {}
        for site, before, now in self._changed(session, now_ms):
            room = PHOTOS - len(causes)
            if not room or len(moves) == SITES:
                break
            found, after = judged.photos(session, site, now.after, WINDOW, room)
            causes |= dict.fromkeys(found, Cause(now.cause, now.since_ms))
            place = replace(now, done=True) if after is None else replace(now, after=after)
            moves.append(Move(site, before, place))
        if not moves:
            return None
        reader = readers.get(session, NAME)
        position = 0 if reader is None else reader.position
        # A photo that the log's reader has not come to yet is not judged again, but first there.
        known = sightings.get(session, causes)
        done = judge(session, {one: causes[one] for one in known}, self._rules, again=True)
        ops = [Raw(op) for op in done.ops]
        seen = tuple(done.sightings)
        advance = Advance(NAME, position, position, ops, sightings=seen, rejudged=tuple(moves))
        return _Step(advance, len(known))

    def _changed(
        self, session: Session, now_ms: int
    ) -> Iterable[tuple[UUID, Standing | None, Standing]]:
        """The sites to go through: what stands of them, and where their round is to go on."""
        standing = judged.everywhere(session)
        for site, place in _places(session).items():
            before = standing.get(site)
            if before is not None and before.scale != self._scale and site in self._begun:
                continue
            if before is None or (before.scale, before.place) != (self._scale, place):
                yield site, before, Standing(self._scale, place, uuid7(), now_ms)
            elif not before.done:
                yield site, before, before


def _places(session: Session) -> Mapping[UUID, str]:
    """The mark of what each site says that its photos are judged by."""
    sites = records.get(session, records.site_ids(session))
    return {
        site: _mark([state.body.get("fence"), state.body.get("timezone")])
        for site, state in sorted(sites.items())
    }


def _mark(rules: object) -> str:
    """Short for rules: the same ones give the same mark."""
    return hashlib.sha256(msgspec.json.encode(rules, order="sorted")).hexdigest()[:16]
