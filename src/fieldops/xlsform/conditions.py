"""The conditions, constraints and calculations of drafts, from XPath into our language."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from fieldops.model.answertypes import Calculated, Multiple, Single, Text, Titles
from fieldops.model.checklist import Constraint
from fieldops.model.expression import Binary, Literal, Name, Node
from fieldops.rules.expressions import parse_expression, walk_nodes
from fieldops.rules.tokens import ExpressionError
from fieldops.xlsform.answers import Answered
from fieldops.xlsform.bounds import bounds
from fieldops.xlsform.cascade import cascade
from fieldops.xlsform.drafts import Draft, filled
from fieldops.xlsform.figures import as_number
from fieldops.xlsform.form import Path, Row
from fieldops.xlsform.languages import Tongues
from fieldops.xlsform.lists import OTHER, Lists
from fieldops.xlsform.meaning import (
    Gone,
    Inline,
    Item,
    Meaning,
    binary,
    both,
    words,
)
from fieldops.xlsform.names import ALWAYS, RELEVANT, Names, is_other, place
from fieldops.xlsform.outline import Frame, Outline, Part
from fieldops.xlsform.remarks import Ledger
from fieldops.xlsform.remarktextsxpath import KINDS
from fieldops.xlsform.render import render
from fieldops.xlsform.translate import Sight, Translator, asked
from fieldops.xlsform.xpath import XPath, XPathError, conjuncts, read_xpath, show_xpath

if TYPE_CHECKING:
    from collections.abc import Callable

_CONSTRAINT: Path = ("bind", "constraint")
_CALCULATE: Path = ("bind", "calculate")
_FILTER: Path = ("choice_filter",)


class _Joined(Struct, frozen=True):
    """A condition as far as it could be carried over, and whether something was lost."""

    node: Node | None = None
    lost: bool = False


class Conditions:
    """Translates in the order of the form."""

    def __init__(
        self, drafts: list[Draft], found: Outline, lists: Lists, tongues: Tongues, ledger: Ledger
    ) -> None:
        self._ledger, self._tongues, self._lists = ledger, tongues, lists
        self._drafts = drafts
        self._worked: dict[str, Meaning | None] = {}
        self._frames: dict[int, _Joined] = {}
        self._sure: set[str] = set()
        self._names = Names(drafts, found, self.meaning)

    def meaning(self, draft: Draft) -> Meaning:
        """What a draft means to expressions; calculations are worked out when first asked for."""
        if not draft.calculation:
            return self._item(draft)
        if draft.key not in self._worked:
            self._worked[draft.key] = None
            self._worked[draft.key] = self._calculate(draft)
        return self._worked[draft.key] or Gone(draft.row.number)

    @staticmethod
    def _item(draft: Draft) -> Item:
        group = draft.part.frame.row.name if draft.part.is_repeat and draft.part.frame else ""
        return Item(draft.key, draft.answered.answer, draft.answered.keys, group)

    def _translator(self, here: tuple[int, ...], own: Item | None = None) -> Translator:
        return Translator(
            Sight(lambda name: self._names.find(name, here), own, frozenset(self._sure))
        )

    def _calculate(self, draft: Draft) -> Meaning:
        path = _CALCULATE if _CALCULATE in draft.row.cells else ("default",)
        try:
            term = self._translator(place(draft)).term(read_xpath(draft.calculation))
            if term.kind in {"number", "shifted"}:
                expression = render(as_number(term))
                answer = Calculated(expression=expression)
                draft.answered = Answered(answer)
                self._ledger.take(draft.row, path)
                draft.measure = draft.measure or {
                    "zh-CN": f"自动计算：{expression}",
                    "en": f"Worked out: {expression}",
                }
                return self._item(draft)
        except XPathError as error:
            self._say("calculate", draft.row, path, error, draft.calculation)
            return Gone(draft.row.number)
        self._ledger.say("calculate-inline", draft.row, path)
        self._ledger.take_all(draft.row)
        return Inline(term)

    def apply(self, draft: Draft) -> bool:
        """Write a draft's expressions; False where it is no item after all."""
        if not isinstance(self.meaning(draft), Item):
            return False
        if is_other(draft):
            self._apply_other(draft)
            return True
        shown = self._shows(draft)
        lost = shown.lost or self.section(draft.part).lost
        draft.shows_if = "" if shown.node is None else render(shown.node)
        draft.na_allowed = lost and not draft.calculation
        self._constrain(draft)
        shows = shown.node is None and self.section(draft.part).node is None and not lost
        if shows and not draft.part.is_repeat and self._is_given(draft):
            self._sure.add(draft.key)
        return True

    def _is_given(self, draft: Draft) -> bool:
        """Whether there is an answer whenever the item shows."""
        answer = draft.answered.answer
        if not isinstance(answer, Calculated):
            return draft.required
        try:
            node = parse_expression(answer.expression)
        except ExpressionError:
            return False
        # A division may be by zero, which gives nothing.
        is_safe = all(
            not isinstance(one, Binary) or one.operator != "/" for one in walk_nodes(node)
        )
        return is_safe and set(asked(node)) <= self._sure | {"today"}

    def section(self, part: Part) -> _Joined:
        """The condition of a whole section."""
        return _join(self._frame(frame) for frame in part.above)

    def _frame(self, frame: Frame) -> _Joined:
        if frame.row.number not in self._frames:
            self._frames[frame.row.number] = _Joined()
            self._frames[frame.row.number] = self._relevant(frame.row, frame.path[:-1])
        return self._frames[frame.row.number]

    def _shows(self, draft: Draft) -> _Joined:
        frames = [self._frame(frame) for frame in draft.entry.own]
        return _join([*frames, self._relevant(draft.row, place(draft))])

    def _relevant(self, row: Row, here: tuple[int, ...]) -> _Joined:
        if row.text(*RELEVANT).strip().lower() in ALWAYS:
            self._ledger.take(row, RELEVANT)
            return _Joined()
        return self._condition("relevant", row, RELEVANT, self._translator(here))

    def _condition(self, use: str, row: Row, path: Path, to: Translator) -> _Joined:
        """What ``and`` joins is carried over part by part."""
        text = row.text(*path)
        self._ledger.take(row, path)
        try:
            parts = conjuncts(read_xpath(text))
        except XPathError as error:
            self._say(use, row, path, error, text)
            return _Joined(None, True)
        found = [self._part(use, row, path, to, part, len(parts)) for part in parts]
        kept = [node for node in found if node is not None]
        node = kept[0] if kept else None
        for more in kept[1:]:
            node = more if node is None else both(node, more)
        return _Joined(node, len(kept) < len(parts))

    def _part(
        self, use: str, row: Row, path: Path, to: Translator, part: XPath, count: int
    ) -> Node | None:
        try:
            return to.truth(part)
        except XPathError as error:
            shown = row.text(*path) if count == 1 else show_xpath(part)
            self._say(use if count == 1 else f"{use}-part", row, path, error, shown)
            return None

    def _say(self, use: str, row: Row, path: Path, error: XPathError, part: str) -> None:
        details = {"part": part[:120], **error.details}
        for side in ("left", "right"):
            if side in details:
                zh, en = KINDS.get(details[side], (details[side], details[side]))
                details |= {side: zh, f"{side}_en": en}
        self._ledger.say(f"{use}:{error.code.removeprefix('xpath-')}", row, path, **details)

    def _apply_other(self, draft: Draft) -> None:
        chosen = next(d for d in self._drafts if d.row is draft.row and d is not draft)
        name, key = Name(chosen.key, 0), words(chosen.answered.keys[OTHER])
        is_one = isinstance(chosen.answered.answer, Single)
        node: Node = binary("==", name, key) if is_one else binary("in", key, name)
        draft.shows_if = render(node)
        draft.na_allowed = chosen.na_allowed

    def _constrain(self, draft: Draft) -> None:
        row, own = draft.row, self._item(draft)
        node: Node | None = None
        if row.text(*_CONSTRAINT).strip().lower() in ALWAYS:
            self._ledger.take(row, _CONSTRAINT)
        else:
            to = self._translator(place(draft), own)
            node = self._condition("constraint", row, _CONSTRAINT, to).node
        if isinstance(node, Literal) or draft.calculation:
            node = None
        if node is not None and not any(p[:2] == ("bind", "jr:constraintMsg") for p in row.cells):
            draft.answered, node = bounds(draft.answered, node)
        if node is not None:
            text = render(node)
            draft.constraint = Constraint(expression=text, messages=self._messages(row, text))
        if row.text(*_FILTER):
            self._filter(draft)

    def _messages(self, row: Row, expression: str) -> Titles:
        found = self._tongues.texts(row, "bind", "jr:constraintMsg")
        if found:
            return filled(found)
        self._ledger.say("message-made", row, _CONSTRAINT)
        return {
            "zh-CN": f"答案不符合要求：{expression}",
            "en": f"The answer does not meet: {expression}",
        }

    def _filter(self, draft: Draft) -> None:
        """A cascade becomes a constraint where it is small enough to be written out."""
        row = draft.row
        rows = self._lists.rows(row.kind)
        find: Callable[[str], Meaning | None] = lambda name: self._names.find(name, place(draft))  # noqa: E731
        written = None
        if draft.constraint is None and isinstance(draft.answered.answer, Single | Multiple):
            written = cascade(row.text(*_FILTER), rows, self._item(draft), find)
        if written is None:
            is_text = isinstance(draft.answered.answer, Text)
            self._ledger.say("choice-filter-text" if is_text else "choice-filter", row, _FILTER)
            return
        node, columns = written
        for one in rows:
            self._ledger.take(one, *((column,) for column in columns))
        draft.constraint = Constraint(
            expression=render(node),
            messages={
                "zh-CN": "所选项与前面的答案不相符。",
                "en": "This choice does not belong to the answers above.",
            },
        )
        self._ledger.say("choice-filter-kept", row, _FILTER)


def _join(found: "Iterable[_Joined]") -> _Joined:
    node: Node | None = None
    lost = False
    for one in found:
        lost = lost or one.lost
        if one.node is not None:
            node = one.node if node is None else both(node, one.node)
    return _Joined(node, lost)
