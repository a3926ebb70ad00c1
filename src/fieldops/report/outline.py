"""From a report to what is told in one language: which parts there are, in which order."""

from fieldops.model.report import Report
from fieldops.report.document import Document, Part
from fieldops.report.tellappendix import appendix
from fieldops.report.tellassessment import assessments, satisfaction
from fieldops.report.tellfailures import failures, overdue, spots
from fieldops.report.tellopening import summary, trend
from fieldops.report.tellphotos import photos
from fieldops.report.tellplugins import plugins
from fieldops.report.tellproposals import proposals
from fieldops.report.words import Speaker
from fieldops.rules.assessmentperiods import read_period
from fieldops.settings import Language

_SITES_NAMED = 3


def outline(report: Report, language: Language) -> Document:
    """The whole document."""
    say = Speaker(language, report.timezone)
    parts: list[Part] = [
        summary(report, say),
        proposals(report, say),
        trend(report, say),
        failures(report, say),
        spots(report, say),
        overdue(report, say),
        satisfaction(report, say),
        assessments(report, say),
        photos(report, say),
        *plugins(report, say),
        *appendix(report, say),
    ]
    known = say.minute(report.as_of_ms)
    return Document(
        language=language,
        title=say.tr("月度分析报告", "Monthly analysis report"),
        subtitle=_scope(report, say),
        organisation=report.organisation,
        month=_month(report, say),
        stamp=say.tr(
            f"数据截至 {known} · 日志位置 {report.position} · L{report.level}",
            f"As known at {known} · log position {report.position} · L{report.level}",
        ),
        pages=say.tr("第 {} 页，共 {} 页", "Page {} of {}"),
        contents=say.tr("目录", "Contents"),
        as_of_ms=report.as_of_ms,
        date=say.date(report.as_of_ms),
        parts=tuple(parts),
    )


def _scope(report: Report, say: Speaker) -> str:
    count = len(report.sites)
    if report.is_everywhere:
        return say.tr(f"全部 {count} 个项目", f"All {count} sites")
    named = say.tr("、", ", ").join(report.sites[:_SITES_NAMED])
    more = count - _SITES_NAMED
    return named if more <= 0 else say.tr(f"{named} 等 {count} 个项目", f"{named} and {more} more")


def _month(report: Report, say: Speaker) -> str:
    """The month as people write it, saying so where it was not over."""
    period = read_period(report.month)
    assert period is not None, "a report is of a month"
    first = period.first
    name = say.tr(f"{first.year} 年 {first.month} 月", f"{first:%B %Y}")
    is_over = report.as_of_ms >= period.bounds_ms(report.timezone)[1] - 1
    return name if is_over else name + say.tr("（未结束）", " (not over)")
