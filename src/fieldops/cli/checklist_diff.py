"""``fieldops checklist diff``: two versions compared, in words, and what it means for results."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import rich_click as click

from fieldops.cli import paper
from fieldops.cli.checklist_names import checklist_of
from fieldops.cli.checklist_page import Spoken
from fieldops.cli.checklist_show import spoken_option
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.model.checklist import Checklist
from fieldops.model.difference import Difference, Fit, Mapping
from fieldops.rules import checklists
from fieldops.rules.checklistdiff import differences, mappings
from fieldops.rules.difftexts import MEANINGS, Words

_FITS: dict[Fit, Words] = {"some": ("部分适用", "some fit"), "none": ("不适用", "none fits")}
_MARKS = {"added": ("+ ", "green"), "removed": ("- ", "red")}


@click.command(
    "diff",
    help=tr(
        "用文字比较两个版本，并说明对得分和已有答案的影响；写法同 show。",
        "Compare two versions in words, and say what it means for scores and for answers that"
        " are there; both are named as for show.",
    ),
)
@click.argument("old")
@click.argument("new")
@spoken_option
@json_option
@pass_shell
def command(shell: Shell, old: str, new: str, spoken: Spoken | None) -> None:
    before, after = checklist_of(shell, old), checklist_of(shell, new)
    found, maps = differences(before, after), mappings(before, after)
    if shell.as_json:
        shell.show_json(_value(before, after, found, maps))
        return
    rows = [*_head(before, after), *_told(found), *_meaning(found, maps)]
    paper.put(
        (indent, style, text)
        for indent, style, words in rows
        for text in _said(words, spoken or shell.language)
    )


_Row = tuple[int, str, Words]


def _said(words: Words, spoken: Spoken) -> tuple[str, ...]:
    zh, en = words
    if spoken == "both":
        return (zh,) if zh == en else (zh, en)
    return (zh,) if spoken == "zh-CN" else (en,)


def _value(
    before: Checklist,
    after: Checklist,
    found: tuple[Difference, ...],
    maps: tuple[Mapping, ...],
) -> dict[str, Any]:
    return {
        "old": {"version": before.version, "sha256": checklists.address(before)},
        "new": {"version": after.version, "sha256": checklists.address(after)},
        "differences": found,
        "mappings": maps,
    }


def _head(before: Checklist, after: Checklist) -> Iterator[_Row]:
    for sign, one in (("-", before), ("+", after)):
        name = f"{sign} {one.key} {one.version} ({checklists.address(one)[:12]})"
        yield 0, "dim", (name, name)
    yield 0, "", ("", "")


def _told(found: tuple[Difference, ...]) -> Iterator[_Row]:
    if not found:
        yield 0, "", ("内容相同。", "Both say the same.")
    for each in found:
        mark, style = _MARKS.get(each.code.rpartition("-")[2], ("~ ", ""))
        yield 0, style, (mark + each.messages["zh-CN"], mark + each.messages["en"])


def _meaning(found: tuple[Difference, ...], maps: tuple[Mapping, ...]) -> Iterator[_Row]:
    """What the differences come to, one row an effect, and what becomes of answers."""
    if not found:
        return
    yield 0, "", ("", "")
    yield 0, "bold", ("对结果的影响", "What it means for results")
    effects = Counter(effect for each in found for effect in set(each.effects))
    for effect, words in MEANINGS.items():
        if effects[effect]:
            yield 2, "", words
    if set(effects) <= {"looks"}:
        yield 2, "", ("只改了文字或次序，结果不受影响。", "Texts or order only: no result changes.")
    yield from _answers(maps)


def _answers(maps: tuple[Mapping, ...]) -> Iterator[_Row]:
    fits = Counter(each.fits for each in maps)
    zh = f"已有答案：{fits['all']} 项全部适用，{fits['some']} 项部分适用，{fits['none']} 项不适用。"
    en = (
        f"Answers that are there: of {fits['all']} items all fit, of {fits['some']} some,"
        f" of {fits['none']} none."
    )
    yield 2, "", (zh, en)
    for fit, (zh, en) in _FITS.items():
        keys = [each.item for each in maps if each.fits == fit]
        if keys:
            yield 4, "yellow", (f"{zh}：{'、'.join(keys)}", f"{en}: {', '.join(keys)}")
