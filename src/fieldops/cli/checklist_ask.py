"""Ask the items of a checklist one by one, branching as answers come.

    the next that shows and was not asked ─→ prompt ─→ read ─→ accepted ─→ the next
                       ▲    < takes the last one back     └─→ told why not, asked again
                       └──────────────────────────────┘

Since conditions refer upwards only, an answer changes only what comes after it.
"""

import rich_click as click
from msgspec.structs import replace

from fieldops.cli.asked import SKIPPED, Said, hint, read_said
from fieldops.cli.shell import Shell
from fieldops.model.answer import Line
from fieldops.model.answertypes import Calculated, Titles
from fieldops.model.checklist import Checklist, Example, Item, Section
from fieldops.rules.answerwords import answer_words
from fieldops.rules.branching import read_sheet
from fieldops.rules.conditionwords import items_by_key
from fieldops.rules.difftexts import Words
from fieldops.rules.examples import address_of, sheet_of

_HELP = (
    "回车跳过 · ? 如何测量 · < 上一项 · na 不适用 · ! 判不合格 · :q 结束",
    "Enter skips · ? how it is measured · < back · na not applicable · ! it fails · :q ends",
)
_MARKS = {"pass": "✓", "fail": "✗", "na": "–"}
_LEFT_TO_DO = frozenset({"required", "photos", "outcome"})
"""Violations that an answer typed here cannot mend."""


def ask(shell: Shell, checklist: Checklist, start: Example) -> Example:
    """The answers that a person gives, as an example of the day of ``start``.

    Ends when nothing is left to ask, at ``:q`` and at the end of the input.
    """
    asking = _Asking(shell, checklist, start)
    click.echo(shell.text(*_HELP))
    try:
        while asking.step():
            pass
    except EOFError:
        click.echo("")
    return asking.shown()


class _Asking:
    """``_said`` has the answers by address and ``_repeats`` the names of repeats by section, both
    in the order asked; ``_order`` has what was asked, the last of which ``<`` takes back.
    """

    def __init__(self, shell: Shell, checklist: Checklist, start: Example) -> None:
        self._shell = shell
        self._checklist = checklist
        self._items = items_by_key(checklist)
        self._start = Example(date=start.date)
        self._said: dict[str, Said] = {}
        self._repeats: dict[str, tuple[str, ...]] = {}
        self._order: list[str] = []
        self._section = ""

    def step(self) -> bool:
        """Ask the next question; False when there is none, or the person ends it."""
        following = self._next()
        if following is None:
            return False
        section, line = following
        self._head(section)
        text = self._prompt(section, line)
        if text == ":q":
            return False
        if text == "<":
            self._back()
        elif text == "?":
            self._explain(line)
        elif line is None:
            self._name_repeats(section, text)
        else:
            self._take(line, text)
        return True

    def shown(self) -> Example:
        """The answers to what shows in the end, as an example."""
        addresses = {address_of(line.item, line.repeat) for line in self._lines(self._repeats)}
        return self._example({at: one for at, one in self._said.items() if at in addresses})

    def _example(self, said: dict[str, Said]) -> Example:
        return replace(
            self._start,
            answers={at: one.value for at, one in said.items() if one.value is not None},
            na=tuple(at for at, one in said.items() if one.claim == "na"),
            fail=tuple(at for at, one in said.items() if one.claim == "fail"),
            photos={at: one.photos for at, one in said.items() if one.photos is not None},
            repeats=self._repeats,
        )

    def _lines(self, repeats: dict[str, tuple[str, ...]]) -> tuple[Line, ...]:
        example = replace(self._example(self._said), repeats=repeats)
        return read_sheet(self._checklist, sheet_of(self._checklist, example)).lines

    def _next(self) -> tuple[Section, Line | None] | None:
        """The next line to ask; without a line, the section whose repeats are to be named."""
        lines = self._lines(self._repeats)
        for section in self._checklist.sections:
            if section.repeat is not None and section.key not in self._repeats:
                tried = self._lines({**self._repeats, section.key: ("1",)})
                if any(line.section == section.key for line in tried):
                    return section, None
            for line in lines:
                if line.section == section.key and self._is_open(line):
                    return section, line
        return None

    def _is_open(self, line: Line) -> bool:
        asked = not isinstance(self._items[line.item].answer, Calculated)
        return asked and address_of(line.item, line.repeat) not in self._said

    def _head(self, section: Section) -> None:
        if section.key != self._section:
            self._section = section.key
            click.secho(f"\n{self._of(section.titles)}", bold=True)

    def _prompt(self, section: Section, line: Line | None) -> str:
        if line is None:
            named = self._of(section.repeat.titles if section.repeat else {})
            asked = self._shell.text("有哪些？用逗号分开", "which ones? Separate them by commas")
            return input(f"  {named}: {asked}\n  > ").strip()
        item = self._items[line.item]
        repeat = f" ({line.repeat})" if line.repeat else ""
        click.echo(f"  {self._of(item.titles)}{repeat}  [{line.item}]")
        told = self._words(hint(item)) or self._words(answer_words(item.answer))
        return input(f"    {told}\n  > ").strip()

    def _of(self, titles: Titles) -> str:
        return titles.get(self._shell.language, "")

    def _words(self, words: Words) -> str:
        return self._shell.text(*words)

    def _explain(self, line: Line | None) -> None:
        if line is None:
            click.echo(f"    {self._words(_HELP)}")
            return
        item: Item = self._items[line.item]
        click.echo(f"    {self._of(item.measure)}")
        click.echo(f"    {self._words(answer_words(item.answer))}  {item.clause}".rstrip())

    def _back(self) -> None:
        if self._order:
            last = self._order.pop()
            self._said.pop(last, None)
            self._repeats.pop(last.removeprefix("#"), None)

    def _name_repeats(self, section: Section, text: str) -> None:
        names = (one.strip() for one in text.replace("，", ",").replace("、", ",").split(","))
        self._repeats[section.key] = tuple(dict.fromkeys(one for one in names if one))
        self._order.append(f"#{section.key}")

    def _take(self, line: Line, text: str) -> None:
        """Note an answer; one that is not accepted is told and asked again."""
        at = address_of(line.item, line.repeat)
        self._said[at] = read_said(self._items[line.item], text) if text else SKIPPED
        (judged,) = (
            one.judgement
            for one in self._lines(self._repeats)
            if (one.item, one.repeat) == (line.item, line.repeat)
        )
        faults = [one for one in judged.violations if one.code not in _LEFT_TO_DO]
        if faults and text:
            del self._said[at]
            for fault in faults:
                click.secho(f"    ! {self._of(fault.messages)}", fg="yellow")
            return
        self._order.append(at)
        if judged.outcome is not None:
            click.echo(f"    {_MARKS[judged.outcome]}")
