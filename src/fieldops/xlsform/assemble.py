"""A checklist from drafts, and our own lint to say what of it does not hold."""

from collections.abc import Iterable

from msgspec import Struct

from fieldops.model.answertypes import LANGUAGES, Calculated, Titles
from fieldops.model.checklist import Checklist, Repeat, Section
from fieldops.rules.faults import FAULTS, Slip
from fieldops.rules.references import lint_expressions
from fieldops.xlsform.conditions import Conditions
from fieldops.xlsform.drafts import Draft, filled
from fieldops.xlsform.form import Row
from fieldops.xlsform.languages import Tongues, reads_as
from fieldops.xlsform.naming import Keys
from fieldops.xlsform.outline import GENERAL, Frame, Outline, Part
from fieldops.xlsform.remarks import Ledger
from fieldops.xlsform.render import render

_COUNT: tuple[str, str] = ("control", "jr:count")
_COUNT_MAX = 1000
_GENERAL: Titles = {"zh-CN": "概况", "en": "General"}


class Head(Struct, frozen=True):
    """What stands above the sections of a checklist."""

    key: str
    version: str
    domain: str
    titles: Titles
    summary: Titles = {}


class Laid(Struct):
    """A section being laid out: what it is, what it is made from, its condition."""

    key: str
    titles: Titles
    repeat: Repeat | None
    part: Part
    shows_if: str
    drafts: list[Draft]

    def section(self) -> Section:
        """The section as it stands now."""
        return Section(
            key=self.key,
            titles=self.titles,
            shows_if=self.shows_if,
            repeat=self.repeat,
            items=tuple(draft.item() for draft in self.drafts),
        )


class Layout:
    """The sections of a checklist, corrected until our lint finds nothing but gaps in the texts."""

    def __init__(self, head: Head, laid: list[Laid], ledger: Ledger) -> None:
        self.head, self.laid, self._ledger = head, laid, ledger

    def checklist(self) -> Checklist:
        """The checklist as it stands now."""
        return Checklist(
            key=self.head.key,
            version=self.head.version,
            domain=self.head.domain,
            titles=self.head.titles,
            summary=self.head.summary,
            sections=tuple(one.section() for one in self.laid),
        )

    def settle(self) -> Checklist:
        """Take out every expression that lint refuses, with a remark, until it refuses none."""
        while True:
            slips = lint_expressions(self.checklist())
            if not slips:
                break
            for path in dict.fromkeys(slip.path for slip in slips):
                self._drop(path, next(slip for slip in slips if slip.path == path))
            self.laid = [one for one in self.laid if one.drafts]
        return self.checklist()

    def _draft(self, path: tuple[str | int, ...]) -> Draft | None:
        if len(path) < 4 or not isinstance(path[1], int) or not isinstance(path[3], int):
            return None
        return self.laid[path[1]].drafts[path[3]]

    def _drop(self, path: tuple[str | int, ...], slip: Slip) -> None:
        draft = self._draft(path)
        if draft is not None:
            self._drop_from(draft, str(path[4]), slip)
            return
        laid = self.laid[int(path[1])]
        frame = laid.part.above[-1]
        part = laid.shows_if
        self._ledger.say("relevant:lint", frame.row, ("bind", "relevant"), part=part, **_said(slip))
        laid.shows_if = ""
        for one in laid.drafts:
            one.na_allowed = not one.calculation

    def _drop_from(self, draft: Draft, member: str, slip: Slip) -> None:
        said, row = _said(slip), draft.row
        if member == "shows_if":
            self._say("relevant", row, draft.shows_if, said)
            draft.shows_if, draft.na_allowed = "", not draft.calculation
        elif member == "constraint" and draft.constraint is not None:
            self._say("constraint", row, draft.constraint.expression, said)
            draft.constraint = None
        elif isinstance(draft.answered.answer, Calculated):
            self._ledger.say("calculate:lint", row, ("bind", "calculate"), part="", **said)
            for one in self.laid:
                one.drafts = [other for other in one.drafts if other is not draft]

    def _say(self, use: str, row: Row, part: str, said: dict[str, str]) -> None:
        self._ledger.say(f"{use}:lint", row, ("bind", use), part=part, **said)


def _said(slip: Slip) -> dict[str, str]:
    """What lint says of a slip, in both languages."""
    texts = FAULTS[slip.code]
    known = {"known": "", "column": "", "first": "", **slip.details}
    return {
        "zh_said": texts.zh.format_map(known),
        "en_said": texts.en.format_map(known),
        "zh_advice": texts.zh_advice.format_map(known),
        "en_advice": texts.en_advice.format_map(known),
    }


def lay_out(
    found: Outline,
    drafts: Iterable[Draft],
    conditions: Conditions,
    tongues: Tongues,
    ledger: Ledger,
) -> list[Laid]:
    """The sections that have items; groups without any are named."""
    keys = Keys()
    kept = list(drafts)
    used: set[int] = set()
    laid: list[Laid] = []
    for part in found.parts:
        inside = [draft for draft in kept if draft.part is part]
        used |= {frame.row.number for draft in inside for frame in draft.entry.frames}
        if inside:
            laid.append(_laid(part, inside, keys, conditions, tongues, ledger))
    _close(found, used, ledger)
    return laid


def _laid(
    part: Part,
    drafts: list[Draft],
    keys: Keys,
    conditions: Conditions,
    tongues: Tongues,
    ledger: Ledger,
) -> Laid:
    row = part.frame.row if part.frame else None
    titles = _titles(part, tongues)
    repeat = None
    if row is not None:
        ledger.take(row, ("type",), ("name",))
        if part.is_repeat:
            repeat = _repeat(part, row, titles, ledger)
    key = keys.give(row.name if row else GENERAL, row.number if row else 0, "s")
    node = conditions.section(part).node
    shows_if = "" if node is None else render(node)
    return Laid(key, _again(titles, part.again), repeat, part, shows_if, drafts)


def _titles(part: Part, tongues: Tongues) -> Titles:
    """The labels of the groups around a section, outermost first; a repeat has its own only."""
    if part.frame is None:
        return _GENERAL
    frames = [part.frame] if part.is_repeat else [one for one in part.above if one.has_label]
    found = [_label(frame, tongues) for frame in frames]
    joined: Titles = {
        one: " / ".join(texts[one] for texts in found if texts.get(one))
        for one in LANGUAGES
        if found[-1].get(one)
    }
    return filled(joined)


def _label(frame: Frame, tongues: Tongues) -> Titles:
    return tongues.texts(frame.row, "label") or {reads_as(frame.row.name): frame.row.name}


def _again(titles: Titles, times: int) -> Titles:
    if not times:
        return titles
    return {one: f"{text} ({times + 1})" if text else "" for one, text in titles.items()}


def _repeat(part: Part, row: Row, titles: Titles, ledger: Ledger) -> Repeat:
    if sum(frame.is_repeat for frame in part.above) > 1:
        ledger.say("repeat-nested", row, ("type",))
    if row.kind.list_name:
        ledger.say("loop", row, ("type",))
    said = row.text(*_COUNT)
    if said.isdigit() and 0 < int(said) <= _COUNT_MAX:
        ledger.take(row, _COUNT)
        return Repeat(titles=titles, min_count=int(said), max_count=int(said))
    return Repeat(titles=titles)


def _close(found: Outline, used: set[int], ledger: Ledger) -> None:
    """Groups that became no section: their conditions went to their questions."""
    for frame in found.frames:
        row = frame.row
        if row.number not in used:
            ledger.say("group-empty", row, ("type",))
            ledger.take_all(row)
            continue
        ledger.take(row, ("type",), ("name",))
    for row in found.ends:
        ledger.take(row, ("type",), ("name",))
