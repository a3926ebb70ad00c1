"""The reader of the log that asks one plugin about every inspection that changed.

page ─ cases, each with what lies behind it ─ ask, in the order of the log ─→ ops, scores, faults
"""

from collections.abc import Callable, Sequence
from typing import BinaryIO
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow.background import Background, walk_of
from fieldops.flow.clock import wall_ms
from fieldops.flow.findings import ops_of
from fieldops.flow.follow import WORKING, Work
from fieldops.flow.handin import Scored
from fieldops.flow.judge import Asked, Verdict, judge
from fieldops.flow.page import Group, Page
from fieldops.flow.readingroom import ReadingRoom
from fieldops.flow.terms import terms_of
from fieldops.flow.view import Case, Shelf, build
from fieldops.model.access import Level
from fieldops.model.finding import Score
from fieldops.model.inspection import LogChange, PhotoView
from fieldops.model.plugin import PluginFault
from fieldops.plugin.meter import Caller, Meter
from fieldops.rules.deadlines import Terms
from fieldops.store import plugins, readers, records
from fieldops.store.walks import Walk

PAGE_CHANGES = 1000
"""A walk that two pages share is judged twice, so pages are as long as inspections allow: twenty of
them (``page.PAGE_INSPECTIONS``) are about so many changes."""
_HEARS = "on_change"


class PluginReader:
    """Asks one plugin about what changed.

    ``is_default`` marks ``builtin``: it scores only where no working plugin of the domain does.
    What people wrote is masked for the plugin above its ``level``.  ``anew`` is called after a page
    that failed: the next attempt begins a new process, with the code that is mended by then.
    """

    page_changes = PAGE_CHANGES

    def __init__(
        self,
        caller: Caller,
        get_photo: Callable[[str], BinaryIO],
        is_default: bool = False,
        level: Level = Level.L1,
        room: ReadingRoom | None = None,
        anew: Callable[[], object] = lambda: None,
    ) -> None:
        self.name = caller.card.name
        self._caller = Meter(caller)
        self._get_photo = get_photo
        self._anew = anew
        self._is_default = is_default
        self._shelf = Shelf(level)
        self._room = room or ReadingRoom()
        self._background = Background(caller.card, self._shelf)
        self._next = 0
        self._asked: dict[int, list[Asked]] = {}
        self._terms: dict[UUID, Terms] = {}

    def gather(self, session: Session, page: Page) -> None:
        """Build the view of every inspection that the plugin is asked about."""
        scored = _scored_domains(session) if self._is_default else set()
        asked = {
            group.first: one
            for group in self._of_domain(session, list(page.groups.values()))
            if (one := self._ask(session, page, group, scored)) is not None
        }
        self._asked = {first: [one] for first, one in asked.items()}
        if self._background.is_wanted:
            if page.changes[0].position != self._next:
                self._background.forget()
            self._look_back(session, page, asked)
        every = [one for several in self._asked.values() for one in several]
        sites = {one.case.inspection.site for one in every}
        self._terms = {site: terms_of(session, site) for site in sites}

    def _of_domain(self, session: Session, groups: list[Group]) -> list[Group]:
        """Leave out the inspections of other domains, as far as they say by what they go."""
        own = self._caller.card.domain
        if not own:
            return groups
        states = records.get(session, [group.inspection for group in groups])

        def may_be_own(group: Group) -> bool:
            state = states.get(group.inspection)
            cited = state.body.get("checklist") if state is not None else None
            checklist = self._shelf.get(session, cited) if cited else None
            return not cited or (checklist is not None and checklist.domain == own)

        return [group for group in groups if may_be_own(group)]

    def _ask(self, session: Session, page: Page, group: Group, scored: set[str]) -> Asked | None:
        case = self._room.case(session, page.head, group.feed, group.inspection, self._shelf)
        domain = case.checklist.domain if case is not None and case.checklist else ""
        own = self._caller.card.domain
        if case is None or (own and own != domain):
            return None
        scores = domain not in scored if self._is_default else bool(own)
        photos = group.subjects | _photos_before_start(group, case)
        return Asked(case, group.last, photos, scores)

    def _look_back(self, session: Session, page: Page, asked: dict[int, Asked]) -> None:
        """Give every case what lies behind it, and ask about later walks that see a difference."""
        cases = [one.case for one in asked.values()]
        places = {one.case.inspection.id: (at, one.change) for at, one in asked.items()}
        until = page.changes[-1].position
        again = self._background.after(session, cases, until)
        after = {walk: places[cause] for walk, cause in again.items()}
        for change in page.changes:
            if change.kind == "register":
                changed_ms = wall_ms(change.at) or 0
                known = self._background.after_register(session, change.site, changed_ms, until)
                after |= {walk: (change.position, change) for walk in known if walk not in places}
        self._asked = {
            at: [replace(one, case=case)]
            for (at, one), case in zip(
                asked.items(), self._background.fill(session, cases), strict=True
            )
        }
        self._ask_again(session, after, cases)

    def _ask_again(
        self, session: Session, after: dict[UUID, tuple[int, LogChange]], cases: Sequence[Case]
    ) -> None:
        for walk, (at, change) in after.items():
            case = build(session, change.site, walk, self._shelf)
            if case is None:
                continue
            (filled,) = self._background.fill(session, [case], cases)
            again = Asked(filled, change, scores=bool(self._caller.card.domain))
            self._asked.setdefault(at, []).append(again)

    def work(self, page: Page, last_try: bool) -> Work:
        """Judge in the order of the log; the first failure ends the page just before it."""
        done = self._work(page, last_try)
        self._next = done.to + 1
        if done.failed:
            self._anew()
        version = self._caller.card.version
        return replace(done, measures=self._caller.take(), version=version)

    def _work(self, page: Page, last_try: bool) -> Work:
        found = _Found([], [], [], [])
        for change in self._met(page):
            asked = self._asked.get(change.position, [])
            failed = self._hear(change)
            if failed is None and asked:
                failed = self._judge_all(asked, found)
            if failed is not None:
                found.faults.append(_placed(failed, change))
                if change is page.changes[0] and last_try:
                    found.scores += [_scored(one, unchecked=True) for one in asked]
                return found.work(change.position - 1, failed=True)
        return found.work(page.changes[-1].position)

    def _met(self, page: Page) -> list[LogChange]:
        """The changes that the plugin hears of, or at which it is asked."""
        if _HEARS in self._caller.card.hooks:
            return page.changes
        return [change for change in page.changes if change.position in self._asked]

    def _judge_all(self, asked: Sequence[Asked], found: "_Found") -> PluginFault | None:
        """Judge what is to be judged at one change, all or nothing."""
        made = _Found([], [], [], [])
        for one in asked:
            failed = self._judge(one, made)
            if failed is not None:
                return failed
        found.add(made)
        return None

    def _hear(self, change: LogChange) -> PluginFault | None:
        if _HEARS not in self._caller.card.hooks:
            return None
        done = self._caller.call(_HEARS, {"change": change})
        return done if isinstance(done, PluginFault) else None

    def _judge(self, asked: Asked, found: "_Found") -> PluginFault | None:
        verdict = judge(self._caller, asked, self._open_photo)
        if not isinstance(verdict, Verdict):
            return verdict
        terms = self._terms[asked.case.inspection.site]
        ops, late = ops_of(self._caller, asked.case, verdict, asked.change, terms)
        found.ops += ops
        found.faults += [_placed(one, asked.change) for one in (*verdict.faults, *late)]
        if verdict.score is not None or asked.case.is_marked:
            found.scores.append(_scored(asked, verdict.score))
        if self._background.is_wanted:
            found.walks.append(replace(walk_of(asked.case), position=asked.change.position))
        return None

    def _open_photo(self, photo: PhotoView) -> BinaryIO:
        return self._get_photo(photo.sha256)


class _Found(Struct):
    """What was found so far on a page."""

    ops: list[bytes]
    scores: list[Scored]
    faults: list[PluginFault]
    walks: list[Walk]

    def add(self, more: "_Found") -> None:
        self.ops += more.ops
        self.scores += more.scores
        self.faults += more.faults
        self.walks += more.walks

    def work(self, to: int, failed: bool = False) -> Work:
        scores, faults = tuple(self.scores), tuple(self.faults)
        return Work(to, self.ops, scores, faults, failed, walks=tuple(self.walks))


def _placed(fault: PluginFault, change: LogChange) -> PluginFault:
    return msgspec.structs.replace(fault, position=change.position, change=change.op)


def _scored(asked: Asked, score: Score | None = None, unchecked: bool = False) -> Scored:
    view = asked.case.inspection
    return Scored(view.id, view.site, asked.change.op, score, unchecked)


def _photos_before_start(group: Group, case: Case) -> frozenset[UUID]:
    """All photos of a walk that begins on this page: some may have come while it was held.

    A walk whose checklist was not published yet is held; its photos are not, and nobody could look
    at them before there was a checklist.
    """
    return frozenset(one.id for one in case.inspection.photos) if group.begins else frozenset()


def _scored_domains(session: Session) -> set[str]:
    """The domains whose own plugin scores and is at work."""
    working = {row.name for row in readers.everything(session) if row.state in WORKING}
    return {
        card.domain
        for name, card in plugins.cards(session).items()
        if card.domain and name in working and "score_inspection" in card.hooks
    }
