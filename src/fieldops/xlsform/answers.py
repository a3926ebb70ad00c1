"""The answer type of a question."""

import re
from collections.abc import Callable
from decimal import Decimal

from msgspec import Struct

from fieldops.model.answertypes import (
    AnswerType,
    Code,
    Location,
    Moment,
    Multiple,
    Number,
    PassFail,
    PhotoOnly,
    Score,
    Signature,
    Single,
    Text,
)
from fieldops.rules.figures import read_figure
from fieldops.xlsform.form import Row
from fieldops.xlsform.lists import Lists
from fieldops.xlsform.remarks import Ledger

_TYPE = ("type",)
_LOOK = ("control", "appearance")
_PARAMETERS = ("parameters",)
_ACCURACY = ("control", "accuracyThreshold")
_PAIR = re.compile(r"([\w-]+)\s*=\s*([^\s,;]+)")
_SELECTS = frozenset({"select_one", "select_multiple", "select_one_external", "rank"})
_BACKGROUND = frozenset(
    {"audit", "background-audio", "background-geopoint", "start-geopoint"}
    | {"csv-external", "xml-external"}
)
UNASKED = {
    "meta": "type-meta",
    "hidden": "type-hidden",
    "audio": "type-media",
    "video": "type-media",
    "file": "type-media",
} | dict.fromkeys(_BACKGROUND, "type-audit")
"""Types that no person answers, with the code of their remark."""
_RATING_STARTS = frozenset({Decimal(0), Decimal(1)})


class Answered(Struct, frozen=True):
    """An answer type, and for choices the way from the workbook's names to their keys."""

    answer: AnswerType
    keys: dict[str, str] = {}
    scored: bool = False


class Answers:
    """Finds answer types; what a type says beyond them goes to the ledger."""

    def __init__(self, lists: Lists, ledger: Ledger) -> None:
        self._lists, self._ledger = lists, ledger

    def find(self, row: Row, required: bool) -> Answered | None:
        """The answer type of a question; None, and a remark, where it has no counterpart."""
        word = row.kind.word
        if word in _SELECTS:
            return self._select(row, required)
        if word in UNASKED:
            self._gone(UNASKED[word], row)
            return None
        maker = MAKERS.get(word)
        if maker is None:
            self._gone("type-unknown", row)
            return None
        self._ledger.take(row, _TYPE)
        return Answered(maker(self, row))

    def _gone(self, code: str, row: Row) -> None:
        self._ledger.say(code, row, _TYPE)
        self._ledger.take_all(row)

    def _select(self, row: Row, required: bool) -> Answered:
        if row.kind.is_file:
            self._ledger.say("select-file", row, _TYPE)
            return Answered(Text())
        listed = self._lists.get(row)
        if listed is None:
            return Answered(Text())
        self._ledger.take(row, _TYPE)
        count = len(listed.choices)
        scored = any(choice.fails for choice in listed.choices)
        answer: AnswerType = Single(choices=listed.choices)
        if row.kind.word == "rank":
            self._ledger.say("rank", row, _TYPE)
            answer = Multiple(choices=listed.choices, min_count=count, max_count=count)
        elif row.kind.word == "select_multiple":
            answer = Multiple(choices=listed.choices, min_count=int(required))
        elif count < 2:
            self._ledger.say("one-choice", row, _TYPE)
            answer = Multiple(choices=listed.choices, min_count=int(required), max_count=1)
        return Answered(answer, listed.keys, scored)

    def _figures(self, row: Row, defaults: dict[str, str]) -> dict[str, Decimal]:
        said = {name.lower(): value for name, value in _PAIR.findall(row.text(*_PARAMETERS))}
        found = {name: read_figure(said.get(name, value)) for name, value in defaults.items()}
        return {name: figure for name, figure in found.items() if figure is not None}

    def range(self, row: Row) -> AnswerType:
        """``start``, ``end`` and ``step``; a rating from 0 or 1 becomes a score."""
        found = self._figures(row, {"start": "1", "end": "10", "step": "1"})
        one, other, step = (found.get(name, Decimal(1)) for name in ("start", "end", "step"))
        low, high, step = min(one, other), max(one, other), abs(step)
        self._ledger.take(row, _PARAMETERS)
        if "rating" in row.text(*_LOOK).split() and low in _RATING_STARTS and high > 0 < step:
            self._ledger.take(row, _LOOK)
            return Score(max=high, step=step)
        decimals = max(0, *(-int(figure.normalize().as_tuple().exponent) for figure in (low, step)))
        if step != Decimal(1).scaleb(-decimals):
            path = _PARAMETERS if _PARAMETERS in row.cells else _TYPE
            self._ledger.say("range-step", row, path, step=str(step))
        return Number(min=low, max=high, decimals=decimals)

    def image(self, row: Row) -> AnswerType:
        """A photo; a signature where it is to be signed."""
        if "signature" in row.text(*_LOOK).split():
            self._ledger.take(row, _LOOK)
            return Signature()
        return PhotoOnly()

    def geopoint(self, row: Row) -> AnswerType:
        """A location, as exact as the form asks for."""
        said = dict(_PAIR.findall(row.text(*_PARAMETERS)))
        accuracy = read_figure(row.text(*_ACCURACY) or said.get("capture-accuracy", ""))
        if accuracy is None or accuracy <= 0:
            return Location()
        self._ledger.take(row, _PARAMETERS, _ACCURACY)
        return Location(max_accuracy_m=accuracy)

    def line(self, row: Row) -> AnswerType:
        """One point for a line or an area."""
        self._ledger.say("geo-line", row, _TYPE)
        return Location()


MAKERS: dict[str, Callable[[Answers, Row], AnswerType]] = {
    "acknowledge": lambda _to, _row: PassFail(),
    "barcode": lambda _to, _row: Code(),
    "date": lambda _to, _row: Moment(part="date"),
    "dateTime": lambda _to, _row: Moment(part="datetime"),
    "decimal": lambda _to, _row: Number(),
    "geopoint": Answers.geopoint,
    "geoshape": Answers.line,
    "geotrace": Answers.line,
    "image": Answers.image,
    "integer": lambda _to, _row: Number(decimals=0),
    "percentage": lambda _to, _row: Number(unit="%", min=Decimal(0), max=Decimal(100), decimals=0),
    "range": Answers.range,
    "text": lambda _to, _row: Text(),
    "time": lambda _to, _row: Moment(part="time"),
}
"""How each type that becomes an item is made, by the word of its kind."""
