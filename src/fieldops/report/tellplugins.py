"""What domain plugins add; where one failed, a notice stands in its place."""

from collections.abc import Iterator

from fieldops.model.report import Cell as PluginCell
from fieldops.model.report import PluginPart, Report, ReportSection
from fieldops.report.document import Block, Cell, Column, Part, Table, Text
from fieldops.report.words import Speaker


def plugins(report: Report, say: Speaker) -> Iterator[Part]:
    """A part for each plugin that had anything to say, or could not say it; what was withheld."""
    for one in report.parts:
        title = say.of(one.summary) or one.plugin
        name = f"plugin-{one.plugin}"
        if one.fault is not None:
            yield Part(name, title, (Text(_notice(one, say), "notice"),))
        elif one.sections:
            blocks = [block for section in one.sections for block in _section(section, say)]
            yield Part(name, title, tuple(blocks))
    if report.withheld:
        title = say.tr("未显示的文字", "Texts that are left out")
        told = tuple(
            Text(_withheld(name, code, say), "notice")
            for name, code in sorted(report.withheld.items())
        )
        yield Part("withheld", title, told)


def _withheld(plugin: str, code: str, say: Speaker) -> str:
    return say.tr(
        f"插件 {plugin} 未能完成遮盖（{code}），由它负责的文字未予显示；"
        "运行 fieldops plugin show 查看原因。",
        f"The plugin {plugin} failed to cover texts ({code}), so what it cares for is left out;"
        " fieldops plugin show tells more.",
    )


def _notice(one: PluginPart, say: Speaker) -> str:
    assert one.fault is not None
    return say.tr(
        f"插件 {one.plugin} 未能给出本节（{one.fault.code}）。其余内容不受影响；"
        "运行 fieldops plugin show 查看原因。",
        f"The plugin {one.plugin} could not make this section ({one.fault.code}). Nothing else is"
        " touched by it; fieldops plugin show tells more.",
    )


def _section(section: ReportSection, say: Speaker) -> Iterator[Block]:
    yield Text(say.of(section.titles), "strong")
    for paragraph in section.paragraphs:
        yield Text(say.of(paragraph))
    if section.columns and section.rows:
        yield _table(section, say)


def _table(section: ReportSection, say: Speaker) -> Table:
    columns = tuple(
        Column(say.of(titles), "right" if _is_figures(section, number) else "left")
        for number, titles in enumerate(section.columns)
    )
    rows = tuple(tuple(_cell(cell, say) for cell in row) for row in section.rows)
    return Table(say.of(section.titles), columns, rows)


def _is_figures(section: ReportSection, number: int) -> bool:
    return all(isinstance(row[number], int) for row in section.rows)


def _cell(cell: PluginCell, say: Speaker) -> Cell:
    return say.of(cell) if isinstance(cell, dict) else cell
