"""The values that hooks get, made up: sensible defaults, every member may be given by its name.

    result("floor", "fail", note="wet")        photo("floor", role="before")
    entry("zones", "L1", type="lobby")         inspection(result("floor"), state="draft")

``Kit.walk`` makes a walk by a real checklist; these are for hooks that are called by themselves.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from fieldops.model.access import Level
from fieldops.model.answertypes import Titles
from fieldops.model.checklist import Checklist, Outcome
from fieldops.model.finding import Finding, FindingDraft
from fieldops.model.inspection import Inspection, LogChange, PhotoView, ResultView, SiteView
from fieldops.model.register import Entry
from fieldops.model.report import FindingMonth, ItemMonth, MonthView
from fieldops.rules.personal import mask
from fieldops.rules.texts import kinds_in
from fieldops_sync.ids import finding_id, result_id, uuid8

WALK = UUID("00000000-0000-8000-8000-000000000001")
SITE = UUID("00000000-0000-8000-8000-000000000002")
NOON = "2026-11-21T12:00:00Z"
DAY = "2026-11-21"


def inspection(*results: ResultView, **members: Any) -> Inspection:
    """A submitted walk of these results, by no checklist in particular."""
    usual = {"id": WALK, "site": SITE, "checklist": "0" * 64, "state": "submitted", "date": DAY}
    return Inspection(**{**usual, "results": results, **members})


def result(item: str = "floor", outcome: Outcome | None = "pass", **members: Any) -> ResultView:
    """An answer to a pass/fail item; of another ``repeat`` or ``walk`` it has another id.

    Personal information in a ``note`` is masked and told in ``personal``, as plugins see it.
    """
    walk = members.pop("walk", WALK)
    usual = {
        "id": result_id(walk, item, members.get("repeat", "")),
        "section": "lobby",
        "titles": _titles(item),
        "answered": outcome is not None,
        "value": outcome,
        "recorded_at": NOON,
    }
    if kinds := kinds_in(note := members.get("note", "")):
        usual["personal"] = kinds
        members["note"] = mask(note, Level.L1)
    return ResultView(item=item, outcome=outcome, **{**usual, **members})


def photo(
    item: str = "", role: str = "evidence", repeat: str = "", state: str = "stored", **members: Any
) -> PhotoView:
    """A photo of an item; each (item, repeat, role) has bytes of its own."""
    digest = sha256(f"{item} {repeat} {role}".encode()).hexdigest()
    usual = {"id": UUID(digest[:32]), "sha256": digest, "mime": "image/jpeg", "taken_at": NOON}
    own = {"state": state, "item": item, "repeat": repeat, "role": role}
    return PhotoView(**cast(Any, {**usual, **own, **members}))


def entry(register: str, key: str, retired: bool = False, **values: str) -> Entry:
    """A line of a register of the site: its values by column."""
    return Entry(register=register, key=key, values=values, retired=retired)


def site(**members: Any) -> SiteView:
    """A site in Shanghai."""
    usual = {"id": SITE, "name": "翠湖花园", "nature": "residential", "timezone": "Asia/Shanghai"}
    return SiteView(**{**usual, **members})


def change(kind: str = "inspection", **members: Any) -> LogChange:
    """A change of the log: the walk was submitted, at noon."""
    usual = {
        "position": 1,
        "subject": WALK,
        "site": SITE,
        "op": uuid8(b"op", kind.encode()),
        "type": "inspection.submit@1" if kind == "inspection" else "",
        "at": NOON,
    }
    return LogChange(kind=kind, **{**usual, **members})


def finding(draft: FindingDraft | None = None, **members: Any) -> Finding:
    """A finding about to be raised, at noon, about the whole walk."""
    made = draft or FindingDraft(rule="odd", titles=_titles("odd"))
    usual = {
        "id": finding_id("plugin", made.rule, WALK),
        "draft": made,
        "plugin": "plugin",
        "plugin_version": "1",
        "inspection": WALK,
        "site": SITE,
        "raised_at": NOON,
    }
    return Finding(**{**usual, **members})


def months(checklists: Iterable[Checklist]) -> tuple[MonthView, MonthView]:
    """Two months for ``add_report_sections``: without anything, and one in which all failed."""
    items = tuple(
        ItemMonth(
            checklist=one.key,
            item=item.key,
            titles=item.titles,
            answered=4,
            failed=4,
            answered_before=2,
            failed_before=1,
        )
        for one in checklists
        for section in one.sections
        for item in section.items
    )
    found = FindingMonth(
        plugin="builtin",
        rule="failed",
        titles=_titles("failed"),
        severity="major",
        state="open",
        site="翠湖花园",
    )
    full = MonthView(
        month="2026-11",
        sites=("翠湖花园",),
        walks=4,
        walks_before=2,
        items=items,
        findings=(found,),
    )
    return MonthView(month="2026-10"), full


def _titles(name: str) -> Titles:
    return {"zh-CN": name, "en": name}
