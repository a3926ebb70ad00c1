"""Ask one plugin about one inspection: the hooks in their order, to one verdict or one fault."""

from collections.abc import Iterator
from typing import Any, BinaryIO
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from fieldops.flow.view import Case
from fieldops.model.checklist import Checklist, Item
from fieldops.model.finding import FindingDraft, Objection, Score
from fieldops.model.inspection import Inspection, LogChange, PhotoView
from fieldops.model.plugin import PluginFault
from fieldops.plugin.hookspecs import OpenPhoto
from fieldops.plugin.meter import Caller
from fieldops.rules.inspections import score_of
from fieldops_sync.ids import result_id, uuid8


class Raised(Struct, frozen=True):
    """A finding that should stand; ``about`` is the subject that its id is derived from."""

    draft: FindingDraft
    about: UUID


class Verdict(Struct, frozen=True):
    """What a plugin makes of an inspection.

    ``photos`` are those looked at this time: what was found about others stays as it is.
    ``faults`` did not stop the judging.
    """

    raised: tuple[Raised, ...] = ()
    photos: frozenset[UUID] = frozenset()
    score: Score | None = None
    faults: tuple[PluginFault, ...] = ()


class _Stop(Exception):
    """A hook failed: the inspection is not judged now."""

    def __init__(self, fault: PluginFault) -> None:
        super().__init__(fault.code)
        self.fault = fault


class Asked(Struct, frozen=True):
    """What is to be judged.  ``photos`` have changed; ``scores`` says that this plugin scores."""

    case: Case
    change: LogChange
    photos: frozenset[UUID] = frozenset()
    scores: bool = False


def judge(caller: Caller, asked: Asked, open_photo: OpenPhoto) -> Verdict | PluginFault:
    """Everything that the plugin makes of the inspection as it is now.

    A voided inspection, or one whose checklist is not published, yields an empty verdict.
    """
    checklist = asked.case.checklist
    if checklist is None or asked.case.inspection.state == "voided":
        return Verdict()
    try:
        return _judge(_Asker(caller), asked, checklist, open_photo)
    except _Stop as stop:
        return stop.fault


class _Asker:
    """Calls the hooks that a plugin has; a fault ends the judging."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.name = caller.card.name

    def has(self, hook: str) -> bool:
        return hook in self.caller.card.hooks

    def ask(self, hook: str, **arguments: Any) -> Any:
        if not self.has(hook):
            return ()
        done = self.caller.call(hook, arguments)
        if isinstance(done, PluginFault):
            raise _Stop(done)
        return done

    def wrong(self, hook: str, detail: str) -> _Stop:
        card = self.caller.card
        return _Stop(
            PluginFault(
                plugin=card.name,
                code="wrong-result",
                hook=hook,
                detail=detail,
                version=card.version,
            )
        )


def _judge(asker: _Asker, asked: Asked, checklist: Checklist, open_photo: OpenPhoto) -> Verdict:
    view = asked.case.inspection
    raised = [*_check_answers(asker, asked, checklist)]
    if view.is_submitted:
        found = asker.ask("check_inspection", inspection=view, checklist=checklist)
        raised += [_objected(one, asked) for one in found]
    looked = [p for p in view.photos if p.id in asked.photos and p.state == "stored"]
    for photo in looked:
        raised += _check_photo(asker, photo, checklist, open_photo)
    drafts = asker.ask("raise_findings", change=asked.change, inspection=view, checklist=checklist)
    raised += [Raised(draft, about_of(draft, view.id)) for draft in drafts]
    _check_raised(asker, raised, asked.case.inspection, checklist)
    score, faults = _score(asker, asked, checklist)
    checked = frozenset(p.id for p in looked) if asker.has("check_photo") else frozenset()
    return Verdict(tuple(raised), checked, score, faults)


def _check_answers(asker: _Asker, asked: Asked, checklist: Checklist) -> Iterator[Raised]:
    if not asker.has("check_answer"):
        return
    items = _items(checklist)
    view = asked.case.inspection
    for result in view.results:
        if not result.answered or result.item not in items:
            continue
        found: tuple[Objection, ...] = asker.ask(
            "check_answer", answer=result, item=items[result.item], inspection=view
        )
        for one in found:
            yield _objected(replace(one, item=result.item, repeat=result.repeat), asked)


def _items(checklist: Checklist) -> dict[str, Item]:
    return {item.key: item for section in checklist.sections for item in section.items}


def _objected(objection: Objection, asked: Asked) -> Raised:
    draft = FindingDraft(
        rule=f"check.{objection.rule}",
        titles=objection.titles,
        severity=objection.severity,
        item=objection.item,
        repeat=objection.repeat,
    )
    return Raised(draft, about_of(draft, asked.case.inspection.id))


def _check_photo(
    asker: _Asker, photo: PhotoView, checklist: Checklist, open_photo: OpenPhoto
) -> Iterator[Raised]:
    item = _items(checklist).get(photo.item)
    for note in asker.ask("check_photo", photo=photo, item=item, open_photo=open_photo):
        draft = FindingDraft(
            rule=f"photo.{note.rule}",
            titles=note.titles,
            severity=note.severity,
            item=photo.item,
            repeat=photo.repeat,
            evidence={"photo": str(photo.id)},
        )
        yield Raised(draft, photo.id)


def about_of(draft: FindingDraft, inspection: UUID) -> UUID:
    """The subject that a finding is about: a result, a section, or the whole inspection."""
    if draft.item:
        return result_id(inspection, draft.item, draft.repeat)
    if draft.section:
        return uuid8(b"section", inspection.bytes, draft.section.encode())
    return inspection


def _check_raised(
    asker: _Asker, raised: list[Raised], view: Inspection, checklist: Checklist
) -> None:
    """A finding must be about something that exists, and a rule raises one about each.

    A result may cite another version, whose items the inspection's own does not have, and a photo
    may name anything: what a tablet calls an item is no fault of the plugin's.
    """
    items = {*_items(checklist), *(one.item for one in view.results)}
    items |= {one.item for one in view.photos}
    sections = {section.key for section in checklist.sections}
    sections |= {result.section for result in view.results}
    seen: set[tuple[str, UUID]] = set()
    for one in raised:
        draft = one.draft
        is_unknown = draft.item and draft.item not in items
        if is_unknown or (draft.section and draft.section not in sections):
            raise asker.wrong("raise_findings", f"{draft.rule}: no such item or section")
        if (draft.rule, one.about) in seen:
            raise asker.wrong("raise_findings", f"{draft.rule}: raised twice about the same")
        seen.add((draft.rule, one.about))


def _score(
    asker: _Asker, asked: Asked, checklist: Checklist
) -> tuple[Score | None, tuple[PluginFault, ...]]:
    """A scoring hook that fails does not stop the judging: the default stands in, marked.

    Whoever scores, the score bears what the site had changed about the checklist.
    """
    view = asked.case.inspection
    if not (asked.scores and view.is_submitted and asker.has("score_inspection")):
        return None, ()
    score, faults = _own_score(asker, asked, checklist)
    return replace(score, marks=(*view.overridden, *score.marks)), faults


def _own_score(
    asker: _Asker, asked: Asked, checklist: Checklist
) -> tuple[Score, tuple[PluginFault, ...]]:
    view = asked.case.inspection
    try:
        given: Score | None = asker.ask("score_inspection", inspection=view, checklist=checklist)
    except _Stop as stop:
        return _default_score(asked, checklist, f"default-score:{asker.name}"), (stop.fault,)
    return given or _default_score(asked, checklist), ()


def _default_score(asked: Asked, checklist: Checklist, *marks: str) -> Score:
    score = score_of(asked.case.inspection, checklist)
    return replace(score, marks=(*score.marks, *marks))


def no_bytes(photo: PhotoView) -> BinaryIO:
    """For callers that fetch photos by themselves, or have none."""
    raise OSError(f"the photo {photo.sha256} cannot be had")
