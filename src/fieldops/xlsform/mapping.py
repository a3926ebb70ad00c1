"""From a form to a checklist and everything that has to be said about it."""

from msgspec import Struct
from msgspec.structs import replace

from fieldops.model.answertypes import LANGUAGES, Calculated, Multiple, Single, Titles
from fieldops.model.checklist import Checklist
from fieldops.rules.checklisttoml import Comments
from fieldops.xlsform.answers import Answers
from fieldops.xlsform.assemble import Head, Layout, lay_out
from fieldops.xlsform.conditions import Conditions
from fieldops.xlsform.drafts import Draft, Drafter, filled, other_name
from fieldops.xlsform.example import NoExample, example_of
from fieldops.xlsform.form import Form, Row
from fieldops.xlsform.languages import Ours, Tongues, reads_as
from fieldops.xlsform.lists import Lists
from fieldops.xlsform.naming import Keys, checklist_key, checklist_version
from fieldops.xlsform.outline import outline
from fieldops.xlsform.remarks import Ledger, Remark

DOMAIN = "general"
"""Stands where nobody named a domain."""
_VERSION = "1.0"


class Wish(Struct, frozen=True):
    """What the person who imports has said; what is empty comes from the workbook."""

    key: str = ""
    domain: str = ""
    version: str = ""
    languages: dict[str, Ours] = {}


class Mapped(Struct, frozen=True):
    """A checklist, its comments, and what was remarked; ``names`` leads from keys to names."""

    checklist: Checklist
    comments: Comments
    remarks: list[Remark]
    names: dict[str, str]
    choices: dict[str, dict[str, str]]


def map_form(form: Form, wish: Wish) -> Mapped:
    """Map a form.  Pure: the same form gives the same checklist.  Never raises."""
    ledger = Ledger()
    for notice in form.notices:
        ledger.notice(notice)
    tongues = Tongues(form, wish.languages, ledger)
    lists = Lists(form, tongues, ledger)
    found = outline(form)
    drafter = Drafter(Answers(lists, ledger), tongues, Keys(), ledger)
    drafts = [
        draft
        for part in found.parts
        for entry in part.entries
        for draft in drafter.make(entry, part)
    ]
    conditions = Conditions(drafts, found, lists, tongues, ledger)
    kept = [draft for draft in drafts if conditions.apply(draft)]
    laid = lay_out(found, kept, conditions, tongues, ledger)
    head = _head(form, wish, drafter.summary, tongues, ledger)
    layout = Layout(head, laid, ledger)
    checklist = layout.settle()
    kept = [draft for one in layout.laid for draft in one.drafts]
    _gaps(kept, layout, tongues, ledger)
    checklist = _with_example(checklist, ledger)
    lists.leftover()
    _others(form, ledger)
    ledger.leftover(form)
    comments = _comments(form, drafts, kept, drafter.notes)
    return Mapped(
        checklist,
        comments,
        ledger.sorted(),
        {draft.key: _name(draft) for draft in kept},
        {draft.key: _renamed(draft) for draft in kept if _renamed(draft)},
    )


def _head(form: Form, wish: Wish, summary: Titles, tongues: Tongues, ledger: Ledger) -> Head:
    settings = form.settings
    titles = tongues.texts(settings, "title") or {reads_as(form.stem): form.stem}
    ledger.take(settings, ("id_string",), ("default_language",), ("allow_choice_duplicates",))
    key = wish.key or checklist_key(settings.text("id_string") or form.stem)
    said = settings.text("version")
    version = checklist_version(said)
    ledger.take(settings, ("version",))
    if said and version != said and not wish.version:
        ledger.say("version-changed", settings, ("version",), value=version or _VERSION)
    if not wish.domain:
        ledger.say("no-domain", settings, (), value=DOMAIN)
    return Head(
        key,
        wish.version or version or _VERSION,
        wish.domain or DOMAIN,
        filled(titles),
        filled(summary) if any(summary.values()) else {},
    )


def _gaps(drafts: list[Draft], layout: Layout, tongues: Tongues, ledger: Ledger) -> None:
    """What lint will ask for: measures, and texts that one language lacks."""
    for draft in drafts:
        if draft.key != _name(draft):
            ledger.say("name-changed", draft.row, ("name",))
        if not draft.measure:
            ledger.say("missing-measure", draft.row)
        members = {"titles": draft.titles, "measure": draft.measure}
        if draft.constraint is not None:
            members["constraint.messages"] = draft.constraint.messages
        _lacking(draft.row, members, tongues, ledger)
    for one in layout.laid:
        if one.part.frame is not None:
            _lacking(one.part.frame.row, {"titles": one.titles}, tongues, ledger)
    head = {"titles": layout.head.titles, "summary": layout.head.summary}
    _lacking(Row("settings", 2, {}), head, tongues, ledger)
    idle = [one for one in drafts if isinstance(one.answered.answer, Single | Multiple)]
    idle = [one for one in idle if not one.answered.scored]
    if idle:
        ledger.say("no-criterion", Row("survey", 1, {}), (), count=str(len(idle)))


def _lacking(row: Row, members: dict[str, Titles], tongues: Tongues, ledger: Ledger) -> None:
    """Said row by row, but not of a language that the whole form is without."""
    empty = {
        (language, member)
        for member, texts in members.items()
        for language in LANGUAGES
        if texts and not texts.get(language, "").strip() and language not in tongues.missing
    }
    if empty:
        languages = ", ".join(sorted({language for language, _member in empty}))
        said = ", ".join(sorted({member for _language, member in empty}))
        ledger.say("missing-translation", row, (), languages=languages, members=said)


def _with_example(checklist: Checklist, ledger: Ledger) -> Checklist:
    if not checklist.sections:
        return checklist
    found = example_of(checklist)
    if isinstance(found, NoExample):
        row = Row("survey", 1, {})
        zh = f"找不到“{found.item}”的答案"
        en = f"no answer to “{found.item}” was found"
        ledger.say("no-example", row, (), reason=zh, reason_en=en)
        return checklist
    return replace(checklist, examples=(found,))


def _others(form: Form, ledger: Ledger) -> None:
    """Rows of sheets that nothing is made from, and settings without a counterpart."""
    for row in form.others:
        path = next(iter(row.cells))
        if row.sheet in {"choices", "external_choices"}:
            ledger.say("choice-stray", row, path)
        else:
            ledger.say_once("other-sheet", row.sheet, row, path, sheet=row.sheet)
        ledger.take_all(row)
    for path in form.settings.cells:
        if not ledger.is_spoken(form.settings, path):
            ledger.say("setting", form.settings, path)


def _comments(form: Form, drafts: list[Draft], kept: list[Draft], notes: list[str]) -> Comments:
    """What stood before a question that became no item stands before the next one that did."""
    head = (
        f"Imported from the XLSForm {form.stem}.  Complete the empty texts and the measures,",
        "then run: fieldops checklist lint",
    )
    items = {}
    keys = {draft.key for draft in kept}
    lines: list[str] = []
    for draft in drafts:
        lines += draft.comments
        if draft.key not in keys:
            continue
        if draft.key != _name(draft):
            lines.append(f"row {draft.row.number}: {_name(draft)}")
        if lines:
            items[draft.key] = tuple(lines)
        lines = []
    return Comments(head, items, (*lines, *notes))


def _name(draft: Draft) -> str:
    """The name that the workbook has for an item."""
    is_other = draft.row.kind.or_other and not draft.answered.keys
    is_asked = not isinstance(draft.answered.answer, Calculated)
    return other_name(draft.row.name) if is_other and is_asked else draft.row.name


def _renamed(draft: Draft) -> dict[str, str]:
    """The keys of choices that are not as in the workbook, with their names there."""
    return {key: name for name, key in draft.answered.keys.items() if key != name}
