"""Choice lists: our choices for a workbook's, and which of them read as a failure."""

import re

from msgspec import Struct

from fieldops.model.answertypes import LANGUAGES, Choice, Titles
from fieldops.xlsform.form import Form, Kind, Row
from fieldops.xlsform.languages import Tongues, reads_as
from fieldops.xlsform.naming import Keys
from fieldops.xlsform.remarks import Ledger


def _word(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def _words(*lines: str) -> frozenset[str]:
    return frozenset(_word(one) for line in lines for one in line.split())


LIST_MAX = 400
"""Choices of one list; a longer one nobody picks from on a tablet."""
ALL_MAX = 6_000
"""Choices of a whole checklist, which keeps it below a million characters."""
OTHER = "other"
_OTHER_TITLES: Titles = {"zh-CN": "其他", "en": "Other"}
_FAILS = _words(
    "fail failed not_ok nok non_compliant not_compliant non_compliance unsatisfactory unacceptable",
    "not_satisfactory not_acceptable bad poor defective 不合格 不符合 不达标 异常 差 不通过",
)
_PASSES = _words(
    "pass passed ok compliant satisfactory acceptable good excellent very_good fair average",
    "合格 符合 达标 正常 好 良好 一般 优 良 通过",
)
_NEITHER = _words("na not_applicable unknown not_observed 不适用 无 未检查")


class Listed(Struct, frozen=True):
    """A list as ours: choices, and the way from the workbook's names to their keys."""

    choices: tuple[Choice, ...]
    keys: dict[str, str]


def _failing(rows: tuple[Row, ...], titles: list[Titles]) -> set[int]:
    """The choices that fail, by place, where the whole list reads as a judgement."""
    both = zip(rows, titles, strict=True)
    words = [{_word(row.name), *map(_word, one.values())} for row, one in both]
    fails = {at for at, said in enumerate(words) if said & _FAILS}
    passes = {at for at, said in enumerate(words) if said & _PASSES} - fails
    others = [said for at, said in enumerate(words) if at not in fails | passes]
    is_judgement = fails and passes and all(said & _NEITHER for said in others)
    return fails if is_judgement else set()


class Lists:
    """The lists of one form.  A list is made once, and used by every question that names it."""

    def __init__(self, form: Form, tongues: Tongues, ledger: Ledger) -> None:
        self._form, self._tongues, self._ledger = form, tongues, ledger
        self._made: dict[tuple[str, str, bool], Listed] = {}
        self._count = 0

    def rows(self, kind: Kind) -> tuple[Row, ...]:
        """The rows of the list that a question names."""
        is_external = kind.word == "select_one_external"
        return (self._form.external if is_external else self._form.choices).get(kind.list_name, ())

    def get(self, row: Row) -> Listed | None:
        """A list for a question; None, and a remark, where it is missing or too long."""
        name, rows = row.kind.list_name, self.rows(row.kind)
        path = ("type",)
        if not rows:
            self._ledger.say("list-missing", row, path, list=name)
            return None
        if len(rows) > LIST_MAX or self._count + len(rows) > ALL_MAX:
            self._ledger.say("list-long", row, path, count=str(len(rows)))
            for one in rows:
                self._ledger.take_all(one)
            return None
        self._count += len(rows)
        key = (rows[0].sheet, name, row.kind.or_other)
        if key not in self._made:
            self._made[key] = self._make(name, rows, row.kind.or_other)
        return self._made[key]

    def _make(self, name: str, rows: tuple[Row, ...], or_other: bool) -> Listed:
        rows = self._without_twins(name, rows)
        titles = [self._titles(row) for row in rows]
        fails = _failing(rows, titles)
        given = Keys()
        keys = {row.name: given.give(row.name, row.number, "c") for row in rows}
        choices = [
            Choice(key=keys[row.name], titles=title, fails=at in fails)
            for at, (row, title) in enumerate(zip(rows, titles, strict=True))
        ]
        if or_other and OTHER not in keys:
            keys[OTHER] = given.give(OTHER, 0, "c")
            choices.append(Choice(key=keys[OTHER], titles=_OTHER_TITLES))
        self._tell(name, rows, keys, [choices[at] for at in sorted(fails)], choices)
        return Listed(tuple(choices), keys)

    def _without_twins(self, name: str, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        first: dict[str, Row] = {}
        for row in rows:
            if row.name in first:
                self._ledger.say("choice-twice", row, ("name",), list=name)
                self._ledger.take_all(row)
            first.setdefault(row.name, row)
        return tuple(first.values())

    def _titles(self, row: Row) -> Titles:
        self._ledger.take(row, ("list name",), ("name",))
        found = self._tongues.texts(row, "label") or {reads_as(row.name): row.name}
        return {one: found.get(one, "") for one in LANGUAGES}

    def _tell(
        self,
        name: str,
        rows: tuple[Row, ...],
        keys: dict[str, str],
        failing: list[Choice],
        choices: list[Choice],
    ) -> None:
        changed = [f"{one} → {key}" for one, key in keys.items() if one != key]
        key = f"{rows[0].sheet}:{name}"
        if changed:
            pairs = ", ".join(changed[:30]) + (" …" if len(changed) > 30 else "")
            self._ledger.say_once("choice-renamed", key, rows[0], ("name",), list=name, pairs=pairs)
        if failing:
            said = ", ".join(choice.key for choice in failing)
            self._ledger.say_once("judged", key, rows[0], ("name",), choices=said)
        for row, choice in zip(rows, choices, strict=False):
            lacking = [one for one in LANGUAGES if not choice.titles.get(one)]
            lacking = [one for one in lacking if one not in self._tongues.missing]
            if lacking:
                details = {"languages": ", ".join(lacking), "members": "titles"}
                self._ledger.say("missing-translation", row, (), **details)

    def leftover(self) -> None:
        """A remark for every list that nothing used."""
        used = {id(self.rows(row.kind)) for row in self._form.survey if row.kind.list_name}
        for lists in (self._form.choices, self._form.external):
            for name, rows in lists.items():
                if id(rows) not in used:
                    self._ledger.say("list-unused", rows[0], ("list name",), list=name)
                    for row in rows:
                        self._ledger.take_all(row)
