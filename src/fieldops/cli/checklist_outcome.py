"""What came of answers that were tried, as rows for the terminal."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from fieldops.cli.checklist_page import Row
from fieldops.flow.judge import Verdict
from fieldops.model.answer import Line, Value
from fieldops.model.answertypes import LANGUAGES, Titles
from fieldops.model.checklist import Checklist, Item, Section
from fieldops.model.finding import FindingDraft, Score
from fieldops.model.plugin import PluginFault
from fieldops.plugin import faults
from fieldops.rules.conditionwords import items_by_key
from fieldops.rules.difftexts import SEVERITY_WORDS, Words
from fieldops.rules.examples import address_of
from fieldops.rules.figures import show_figure
from fieldops.rules.trial import Trial

_MARKS = {"pass": ("✓", "green"), "fail": ("✗", "red"), "na": ("–", "dim")}
_OPEN = ("○", "yellow")
_VALUE_LENGTH_MAX = 60


class Found(Struct, frozen=True):
    """What one plugin made of the answers."""

    plugin: str
    version: str
    verdict: Verdict | PluginFault

    @property
    def fault(self) -> PluginFault | None:
        """Why it found nothing, if that is so."""
        return self.verdict if isinstance(self.verdict, PluginFault) else None

    @property
    def drafts(self) -> list[FindingDraft]:
        """Its findings."""
        return (
            []
            if isinstance(self.verdict, PluginFault)
            else [one.draft for one in self.verdict.raised]
        )

    @property
    def score(self) -> Score | None:
        """The score that it gives, if it scores."""
        return None if isinstance(self.verdict, PluginFault) else self.verdict.score


def outcome(checklist: Checklist, trial: Trial, found: list[Found]) -> Iterator[Row]:
    """Every row: what shows by section, what does not, the score, the findings."""
    zh, en = checklist.titles.get("zh-CN", ""), checklist.titles.get("en", "")
    yield Row(0, "bold", (zh, en), f"  {checklist.version} · {trial.sheet.date}")
    items = items_by_key(checklist)
    for section in checklist.sections:
        lines = [line for line in trial.reading.lines if line.section == section.key]
        faults_ = [one for one in trial.reading.violations if one.section == section.key]
        if lines or faults_:
            yield from _section(section, lines, trial, items)
    yield from _left_out(trial)
    yield from _score(trial, found)
    yield from _findings(found)


def _section(
    section: Section, lines: list[Line], trial: Trial, items: dict[str, Item]
) -> Iterator[Row]:
    score = trial.score.sections.get(section.key)
    tail = "" if score is None else f"  {show_figure(score)}%"
    yield Row(0, "", ("", ""))
    yield Row(0, "bold cyan", (section.titles.get("zh-CN", ""), section.titles.get("en", "")), tail)
    for fault in trial.reading.violations:
        if fault.section == section.key:
            yield Row(4, "red", _both(fault.violation.messages))
    for line in lines:
        yield from _line(line, items[line.item])


def _line(line: Line, item: Item) -> Iterator[Row]:
    judged = line.judgement
    mark, style = _MARKS.get(judged.outcome or "", _OPEN)
    zh, en = _both(item.titles)
    value = _shown(judged.value)
    tail = f"  [{address_of(line.item, line.repeat)}]" + (f"  {value}" if value else "")
    yield Row(2, style, (f"{mark} {zh}", f"{mark} {en}"), tail)
    for fault in judged.violations:
        yield Row(6, "yellow", _both(fault.messages))


def _shown(value: Value) -> str:
    if value is None or isinstance(value, bool) or value in ("pass", "fail"):
        return ""
    if isinstance(value, tuple):
        return ", ".join(value) or "[]"
    text = show_figure(value) if isinstance(value, Decimal) else value
    return text if len(text) <= _VALUE_LENGTH_MAX else f"{text[:_VALUE_LENGTH_MAX]}…"


def _both(titles: Titles) -> Words:
    return titles.get("zh-CN", ""), titles.get("en", "")


def _left_out(trial: Trial) -> Iterator[Row]:
    if trial.hidden:
        keys = ", ".join(trial.hidden)
        yield Row(0, "", ("", ""))
        yield Row(0, "dim", (f"未显示：{keys}", f"Not shown: {keys}"))
    if trial.unused:
        keys = ", ".join(trial.unused)
        yield Row(
            0,
            "yellow",
            (f"答了但不显示或不存在：{keys}", f"Answered, but not shown or not there: {keys}"),
        )


def _score(trial: Trial, found: list[Found]) -> Iterator[Row]:
    score = trial.score
    yield Row(0, "", ("", ""))
    if score.score is None:
        yield Row(0, "bold", ("没有可计分的答案", "Nothing counts, so there is no score"))
    else:
        zh, en = ("合格", "passed") if score.passed else ("不合格", "not passed")
        line, earned = show_figure(score.threshold_percent), show_figure(score.score)
        sum_ = f"{show_figure(score.earned)} / {show_figure(score.possible)}"
        words = (
            f"得分 {earned}%（{sum_}），{line}% 合格：{zh}",
            f"Score {earned}% ({sum_}), passes at {line}%: {en}",
        )
        yield Row(0, "bold green" if score.passed else "bold red", words)
    for mark in score.marks:
        yield Row(2, "yellow", _MARK_WORDS.get(mark, (mark, mark)))
    for one in found[1:]:
        if one.score is not None:
            figure = "–" if one.score.score is None else f"{show_figure(one.score.score)}%"
            yield Row(
                0,
                "bold",
                (f"插件 {one.plugin} 的评分：{figure}", f"Score by {one.plugin}: {figure}"),
            )


_MARK_WORDS: dict[str, Words] = {
    "incomplete": ("必填项没有答完", "something required is open"),
    "critical": ("严重问题，一票否决", "a critical failure decided"),
}


def _findings(found: list[Found]) -> Iterator[Row]:
    drafts = [(one, draft) for one in found for draft in one.drafts]
    yield Row(0, "", ("", ""))
    count = len(drafts)
    yield Row(0, "bold", (f"问题 {count} 个", f"{count} findings"))
    for one, draft in drafts:
        zh, en = _both(draft.titles)
        severity = SEVERITY_WORDS[draft.severity]
        about = address_of(draft.item, draft.repeat) or draft.section
        tail = f"  [{one.plugin}:{draft.rule}{' ' + about if about else ''}]"
        yield Row(2, "", (f"{severity[0]}：{zh}", f"{severity[1]}: {en}"), tail)
    for one in found:
        if one.fault is not None:
            yield from _silent(one, one.fault)


def _silent(one: Found, fault: PluginFault) -> Iterator[Row]:
    zh, en = (faults.describe(fault.code, language) for language in LANGUAGES)
    detail = f" ({fault.detail})" if fault.detail else ""
    words = (
        f"没有插件“{one.plugin}”的问题：{zh}{detail}",
        f"Nothing from the plugin “{one.plugin}”: {en}{detail}",
    )
    yield Row(2, "yellow", words)
