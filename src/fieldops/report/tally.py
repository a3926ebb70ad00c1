"""What one report counts, site by site: sums, never more of a site in memory than they need.

walks, judged ─┬─ results by item and place ─→ failures, hot spots, patterns
               ├─ photos that may be shown ──→ candidates
               └─ the walk itself ───────────→ numbered once all are known
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct, field
from sqlmodel import Session

from fieldops.flow.answerlevels import AnswerLevels
from fieldops.flow.resultviews import titled
from fieldops.flow.view import Shelf
from fieldops.model.access import Level
from fieldops.model.answertypes import Titles
from fieldops.model.assessment import Case
from fieldops.model.checklist import Severity
from fieldops.model.record import State
from fieldops.model.report import Place
from fieldops.report.covering import Cover
from fieldops.report.naming import Names
from fieldops.report.walked import Walked
from fieldops.rules.photochoice import Candidate, may_show

UNKNOWN: Titles = {"zh-CN": "检查表尚未发布", "en": "The checklist is not published"}


class Item(Struct, frozen=True):
    """One item of a checklist, over its versions; ``checklist`` and ``key`` are keys."""

    domain: str
    checklist: str
    key: str


class Count(Struct):
    """How an item did at one place; ``walks`` are the ids of those on which it failed."""

    answered: int = 0
    failed: int = 0
    answered_before: int = 0
    failed_before: int = 0
    walks: dict[UUID, None] = field(default_factory=dict)

    def add(self, outcome: str, walk: Walked) -> None:
        """Count one result that passed or failed."""
        failed = outcome == "fail"
        if walk.is_now:
            self.answered += 1
            self.failed += failed
            if failed:
                self.walks[walk.case.id] = None
        else:
            self.answered_before += 1
            self.failed_before += failed


class Noted(Struct, frozen=True):
    """A walk of the month, before it has its number."""

    case: Case
    place: Place
    checklist: Titles
    version: str
    domain: str
    state: str
    score: str
    items: int
    failed: int
    photos: int


class Shot(Struct, frozen=True):
    """A photo that may be shown, with what stands beside it."""

    candidate: Candidate
    sha256: str
    caption: str
    titles: Titles
    place: Place
    at_ms: int
    walk: UUID


class Tally:
    """The sums over all sites of a report."""

    def __init__(self, session: Session, names: Names, level: Level, cover: Cover) -> None:
        self._levels = AnswerLevels(session)
        self._names, self._level, self._cover = names, level, cover
        self.shelf = Shelf(level)
        self.about: dict[Item, tuple[Titles, Severity]] = {}
        self.counts: dict[tuple[Item, Place], Count] = defaultdict(Count)
        self.walks: list[Noted] = []
        self.shots: list[Shot] = []
        self.before: Counter[str] = Counter()
        self.domains: dict[UUID, str] = {}
        self.walks_of: Counter[tuple[str, bool]] = Counter()
        """Walks by domain, of the month and of the one before."""

    def add(self, walks: Iterable[Walked]) -> None:
        """Count the walks of a site."""
        for walk in walks:
            self._add(walk)

    def _add(self, walk: Walked) -> None:
        checklist = walk.checklist
        domain = checklist.domain if checklist else ""
        place = self._names.place(walk.case.site, walk.area)
        judged = [one for one in walk.view.results if one.outcome in ("pass", "fail")]
        for result in judged:
            item = Item(domain, checklist.key if checklist else "", result.item)
            # The latest walk names it: a later version may word it better.
            self.about[item] = walk.plain(result), result.severity
            self.counts[item, place].add(str(result.outcome), walk)
        failed = sum(one.outcome == "fail" for one in judged)
        photos = [one for one in walk.photos if one.state != "voided"]
        self.domains[walk.case.id] = domain
        self.walks_of[domain, walk.is_now] += 1
        if not walk.is_now:
            self.before.update(items=len(judged), failed=failed, photos=len(photos))
            return
        score = walk.state.body.get("score") or {}
        self.walks.append(
            Noted(
                case=walk.case,
                place=place,
                checklist=checklist.titles if checklist else UNKNOWN,
                version=checklist.version if checklist else "",
                domain=domain,
                state=walk.state.state,
                score=str(score.get("score") or ""),
                items=len(judged),
                failed=failed,
                photos=len(photos),
            )
        )
        self.shots += [shot for one in photos if (shot := self._shot(walk, place, one)) is not None]

    def _shot(self, walk: Walked, place: Place, photo: State) -> Shot | None:
        body = photo.body
        item, repeat = body.get("item") or "", body.get("repeat") or ""
        declared = self._levels.level({"def": walk.view.checklist, "item": item})
        result = walk.view.find(item, repeat)
        if result is None or result.outcome not in ("pass", "fail"):
            return None
        if not may_show(body, photo.state, declared, self._level):
            return None
        candidate = Candidate(
            id=photo.id,
            place=place_key(place),
            item=item,
            severity=result.severity,
            is_failure=result.outcome == "fail",
            remarks=len(body.get("notes") or ()),
        )
        caption = self._cover.text("photos.caption", body.get("caption") or "")
        titles = titled(walk.plain(result), self._cover.text("photos.repeat", repeat))
        sha256 = body["sha256"]
        return Shot(candidate, sha256, caption, titles, place, walk.case.at_ms, walk.case.id)


def place_key(place: Place) -> str:
    """A place as one text, by which photos of it are told apart."""
    return f"{place.site}\x1f{place.area}"
