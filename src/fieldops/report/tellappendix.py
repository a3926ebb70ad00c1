"""The appendix: every inspection of the month by its number, the other records, and which of them
stand behind each figure."""

from collections.abc import Iterator

from fieldops.model.report import LETTERS, Behind, Entry, Report, Walk
from fieldops.report.behind import ranges
from fieldops.report.document import Cell, Column, Part, Table, Text
from fieldops.report.words import NONE, Speaker
from fieldops.rules.assessmentwords import FIGURES, SOURCES
from fieldops.rules.recordwords import STATES

_KINDS = (
    ("finding", "问题", "Findings"),
    ("feedback", "住户反馈", "Feedback"),
    ("round", "计划巡检", "Rounds"),
)


def appendix(report: Report, say: Speaker) -> Iterator[Part]:
    """What is behind the figures, then the records by number."""
    yield Part(
        "behind",
        say.tr("附录 A：各项指标的依据", "Appendix A: what is behind each figure"),
        (Text(_key(say), "small"), _behind(report, say)),
        is_appendix=True,
    )
    yield Part(
        "inspections",
        say.tr("附录 B：巡检", "Appendix B: inspections"),
        (_walks(report, say),),
        is_appendix=True,
    )
    there = [one for one in _KINDS if any(entry.kind == one[0] for entry in report.entries)]
    # Those that are there, lettered without a gap.
    for letter, (kind, zh, en) in zip("CDE", there, strict=False):
        found = [one for one in report.entries if one.kind == kind]
        title = say.tr(f"附录 {letter}：{zh}", f"Appendix {letter}: {en.lower()}")
        yield Part(kind, title, (_entries(found, say.tr(zh, en), say),), is_appendix=True)


def _key(say: Speaker) -> str:
    return say.tr(
        "W 为巡检（附录 B），F 为问题，C 为住户反馈，R 为计划巡检；编号按发生时间。",
        "W are inspections (appendix B), F findings, C feedback, R planned rounds; numbered by when"
        " they happened.",
    )


def _behind(report: Report, say: Speaker) -> Table:
    columns = (
        Column(say.tr("来源", "Source")),
        Column(say.tr("指标", "Figure"), share=3),
        Column(say.tr("记录", "Records"), share=8),
    )
    rows = tuple(_figure(one, say) for one in report.behind)
    return Table(say.tr("指标依据", "Behind each figure"), columns, rows, is_small=True)


def _figure(one: Behind, say: Speaker) -> tuple[Cell, ...]:
    source = say.tr(*SOURCES["third-party" if one.source == "third-party" else "own"])
    name = say.tr(*FIGURES[one.counted]) if one.counted in FIGURES else _other(one.counted, say)
    told = ", ".join(ranges(numbers, LETTERS[kind]) for kind, numbers in one.numbers.items())
    return source, name, told


def _other(counted: str, say: Speaker) -> str:
    """The two that are no figure by themselves."""
    return {
        "conformity.walks": say.tr("符合度（巡检）", "conformity (inspections)"),
        "conformity.deductions": say.tr("符合度（扣分）", "conformity (deductions)"),
    }[counted]


def _walks(report: Report, say: Speaker) -> Table:
    columns = (
        Column(say.tr("编号", "No."), share=1),
        Column(say.tr("时间", "Time"), share=3),
        Column(say.tr("地点", "Place"), share=5),
        Column(say.tr("检查表", "Checklist"), share=3),
        Column(say.tr("得分", "Score"), "right"),
        Column(say.tr("不合格/项", "Failed of"), "right"),
        Column(say.tr("照片", "Photos"), "right"),
        Column(say.tr("状态", "State")),
        Column(say.tr("记录编号", "Record"), share=5),
    )
    rows = tuple(_walk(one, say) for one in report.walks)
    return Table(say.tr("巡检", "Inspections"), columns, rows, is_small=True)


def _walk(one: Walk, say: Speaker) -> tuple[Cell, ...]:
    third = say.tr("（第三方）", " (third party)") if one.source == "third-party" else ""
    return (
        f"W{one.number}",
        say.minute(one.at_ms),
        say.place(one.place),
        f"{say.of(one.checklist)} {one.version}{third}".strip(),
        one.score or None,
        f"{one.failed} / {one.items}",
        one.photos,
        say.word(STATES, one.state),
        str(one.id),
    )


def _entries(found: list[Entry], title: str, say: Speaker) -> Table:
    columns = (
        Column(say.tr("编号", "No."), share=1),
        Column(say.tr("时间", "Time"), share=3),
        Column(say.tr("地点", "Place"), share=5),
        Column(say.tr("内容", "About"), share=4),
        Column(say.tr("状态", "State"), share=2),
        Column(say.tr("巡检", "Inspection")),
        Column(say.tr("记录编号", "Record"), share=5),
    )
    rows = tuple(_entry(one, say) for one in found)
    return Table(title, columns, rows, is_small=True)


def _entry(one: Entry, say: Speaker) -> tuple[Cell, ...]:
    return (
        f"{LETTERS[one.kind]}{one.number}",
        say.minute(one.at_ms),
        say.place(one.place),
        say.of(one.titles),
        say.word(STATES, one.state),
        NONE if one.walk is None else f"W{one.walk}",
        str(one.id),
    )
