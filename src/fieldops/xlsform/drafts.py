"""Questions on their way to become items."""

from dataclasses import dataclass, field

from fieldops.model.answertypes import LANGUAGES, Calculated, Text, Titles
from fieldops.model.checklist import Constraint, Item
from fieldops.xlsform.answers import Answered, Answers
from fieldops.xlsform.form import Row
from fieldops.xlsform.languages import Tongues, reads_as
from fieldops.xlsform.lists import OTHER
from fieldops.xlsform.naming import Keys
from fieldops.xlsform.outline import Entry, Part
from fieldops.xlsform.remarks import Ledger

_YES = frozenset({"yes", "true", "true()", "1"})
_NO = frozenset({"", "no", "false", "false()", "0"})
_REQUIRED = ("bind", "required")
_OTHER_TITLES: Titles = {"zh-CN": "其他，请说明", "en": "Other, namely"}
_OTHER_MEASURE: Titles = {
    "zh-CN": "用文字写明“其他”指什么。",
    "en": "Write in words what “other” stands for.",
}


@dataclass
class Draft:
    """An item to be; ``calculation`` is the workbook's text where it is worked out."""

    row: Row
    entry: Entry
    part: Part
    key: str
    titles: Titles
    measure: Titles
    answered: Answered
    required: bool = False
    na_allowed: bool = False
    calculation: str = ""
    shows_if: str = ""
    constraint: Constraint | None = None
    comments: list[str] = field(default_factory=list)

    def item(self) -> Item:
        """The item as it stands now."""
        return Item(
            key=self.key,
            titles=self.titles,
            measure=self.measure,
            answer=self.answered.answer,
            required=self.required,
            scored=self.answered.scored,
            na_allowed=self.na_allowed,
            shows_if=self.shows_if,
            constraint=self.constraint,
        )


def filled(texts: Titles) -> Titles:
    """Texts with both languages, the missing ones empty; nothing where there is nothing."""
    return {one: texts.get(one, "") for one in LANGUAGES} if texts else {}


def other_name(name: str) -> str:
    """The name of the text that goes with ``or_other`` (as in pyxform)."""
    return f"{name}_{OTHER}"


class Drafter:
    """Makes drafts from entries; what is no item goes to the ledger."""

    def __init__(self, answers: Answers, tongues: Tongues, keys: Keys, ledger: Ledger) -> None:
        self._answers, self._tongues = answers, tongues
        self._keys, self._ledger = keys, ledger
        self.notes: list[str] = []
        """Notes that no question has followed yet."""
        self.summary: Titles = {}
        self._is_beginning = True

    def make(self, entry: Entry, part: Part) -> list[Draft]:
        """The items of a question: none, one, or two where another answer may be given."""
        row = entry.row
        if not self._is_question(entry):
            return []
        required = self._required(row)
        calculation = self._calculation(row)
        if calculation:
            found: Answered | None = Answered(Calculated(expression=""))
            self._ledger.take(row, ("type",), ("bind", "calculate"), ("bind", "readonly"))
        else:
            found = self._answers.find(row, required)
        if found is None:
            return []
        self._is_beginning = self._is_beginning and bool(calculation)
        draft = self._draft(entry, part, found, required and not calculation)
        draft.calculation = calculation
        return [draft, *self._other(draft)]

    def _is_question(self, entry: Entry) -> bool:
        row = entry.row
        if row.text("disabled").lower() in _YES:
            self._ledger.say("disabled", row, ("disabled",))
            self._ledger.take_all(row)
        elif not row.kind.word:
            self._ledger.say("row-comment", row, next(iter(row.cells)))
            self._ledger.take_all(row)
        elif row.kind.word == "note":
            self._note(entry)
        else:
            return True
        return False

    def _note(self, entry: Entry) -> None:
        """At the beginning of a form a note is its summary, later a comment on what follows."""
        row = entry.row
        texts = self._tongues.texts(row, "label")
        self._ledger.take(row, ("type",), ("name",), ("bind", "readonly"))
        is_free = not row.text("bind", "relevant") and not entry.frames
        if self._is_beginning and is_free and texts:
            joined = {one: f"{self.summary.get(one, '')} {texts.get(one, '')}" for one in LANGUAGES}
            self.summary = {one: " ".join(text.split()) for one, text in joined.items()}
            self._ledger.say("note-summary", row, ("type",))
            return
        said = " / ".join(dict.fromkeys(texts.values())) or row.name
        condition = row.text("bind", "relevant")
        when = f" (when {condition})" if condition else ""
        self._ledger.take(row, ("bind", "relevant"))
        self.notes.append(f"row {row.number}{when}: {' '.join(said.split())}")
        self._ledger.say("note", row, ("type",))

    def _required(self, row: Row) -> bool:
        said = row.text(*_REQUIRED).strip().lower()
        if said in _YES | _NO:
            self._ledger.take(row, _REQUIRED)
            return said in _YES
        self._ledger.say("required-expression", row, _REQUIRED)
        return False

    @staticmethod
    def _calculation(row: Row) -> str:
        """What is worked out: a calculate, or a figure that carries a calculation."""
        if row.kind.word in {"calculate", "integer", "decimal"}:
            return row.text("bind", "calculate") or (
                row.text("default") if row.kind.word == "calculate" else ""
            )
        return ""

    def _draft(self, entry: Entry, part: Part, found: Answered, required: bool) -> Draft:
        row = entry.row
        self._ledger.take(row, ("name",))
        key = self._keys.give(row.name, row.number, "q")
        titles = self._tongues.texts(row, "label") or {reads_as(row.name): row.name}
        draft = Draft(row, entry, part, key, filled(titles), self._measure(row), found, required)
        draft.comments, self.notes = self.notes, []
        return draft

    def _measure(self, row: Row) -> Titles:
        """The hint, and behind it the guidance that is shown on demand."""
        hint, more = self._tongues.texts(row, "hint"), self._tongues.texts(row, "guidance_hint")
        joined: Titles = {
            one: " ".join(f"{hint.get(one, '')} {more.get(one, '')}".split()) for one in LANGUAGES
        }
        return joined if any(joined.values()) else {}

    def _other(self, draft: Draft) -> list[Draft]:
        """The text that says which other, where a choice list has ``or_other``."""
        if not draft.row.kind.or_other or OTHER not in draft.answered.keys:
            return []
        key = self._keys.give(other_name(draft.row.name), draft.row.number, "q")
        return [
            Draft(
                draft.row,
                draft.entry,
                draft.part,
                key,
                _OTHER_TITLES,
                _OTHER_MEASURE,
                Answered(Text()),
            )
        ]
