"""Making one report, for somebody: what he may ask, the file, what is left in the audit.

words ─ ask ─→ Asked ─ build ─→ Report ─ plugins ─ outline ─ format ─→ Made
                                                                └─ note_made ─→ audit
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.export.redacting import Redactors
from fieldops.flow import reporttake
from fieldops.flow.reportwork import ReportFacts
from fieldops.model.access import Level
from fieldops.model.dataset import Audience
from fieldops.model.plugin import PluginCard
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, at
from fieldops.report import sections
from fieldops.report.build import Asked, Progress, build
from fieldops.report.covering import Cover
from fieldops.report.document import Document
from fieldops.report.outline import outline
from fieldops.rules.assessmentperiods import Period, read_period, read_until
from fieldops.settings import Language, Settings
from fieldops.store import plugins, records
from fieldops.store.blobs import BlobError, BlobStore
from fieldops.store.engine import Store

Format = Literal["pdf", "html", "xlsx"]
MIMES: Mapping[Format, str] = {
    "pdf": "application/pdf",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


PURPOSE = "monthly report"
"""What plugins that cover texts hear it is for."""


class Order(Struct, frozen=True, kw_only=True):
    """What somebody wants, in his words.

    ``sites`` empty are all that he may look at; ``as_of`` is a day (its evening) or an RFC 3339
    time, empty for the end of the month; ``level`` is that of whoever will read it.
    """

    month: str
    language: Language
    format: Format = "pdf"
    sites: tuple[UUID, ...] = ()
    as_of: str = ""
    level: Level = Level.L1


class Made(Struct, frozen=True, kw_only=True):
    """A report as a file; ``position`` is where the log had come to."""

    name: str
    mime: str
    content: bytes
    sha256: str
    position: int


def ask(
    session: Session,
    order: Order,
    mine: Sequence[UUID],
    may: Callable[[UUID], Level],
    settings: Settings,
    now_ms: int,
) -> Asked:
    """The question behind an order of somebody who may look at the sites ``mine``.

    ``may`` gives the level that he holds for a site.  Raises ``ProblemError`` not-found for another
    site, forbidden beyond his level, validation for what is no month that has begun, or no time.
    """
    period = read_period(order.month)
    if period is None or period.unit != "month":
        raise ProblemError(
            problem("validation", at("month", Said("如 2026-10", "such as 2026-10")))
        )
    if not set(order.sites) <= set(mine):
        raise ProblemError(problem("not-found"))
    wanted = tuple(sorted(set(order.sites or mine)))
    if any(may(site) < order.level for site in wanted):
        held = int(order.level)
        detail = Said(
            f"您并非对本报告的每个项目都有 L{held} 级权限",
            f"you do not hold L{held} for every site of this report",
        )
        raise ProblemError(problem("forbidden", at("level", detail)))
    timezone = _timezone(session, wanted, settings.timezone)
    return Asked(
        organisation=settings.organisation,
        sites=wanted,
        is_everywhere=not order.sites and len(wanted) == len(records.site_ids(session)),
        period=period,
        as_of_ms=_as_of_ms(order, period, timezone, now_ms),
        timezone=timezone,
        level=order.level,
    )


def _as_of_ms(order: Order, period: Period, timezone: str, now_ms: int) -> int:
    begin_ms, end_ms = period.bounds_ms(timezone)
    if begin_ms >= now_ms:
        raise ProblemError(
            problem("validation", at("month", Said("尚未开始", "it has not begun yet")))
        )
    if not order.as_of:
        return min(end_ms - 1, now_ms)
    found = read_until(order.as_of, timezone)
    if found is None or found < begin_ms:
        detail = Said(
            "日期如 2026-11-05，或带时区的时间，不早于该月",
            "a day such as 2026-11-05, or a time with its offset, in the month or later",
        )
        raise ProblemError(problem("validation", at("as_of", detail)))
    return min(found, now_ms)


def _timezone(session: Session, wanted: Sequence[UUID], default: str) -> str:
    """The time zone of the one site that is reported; of several, that of the settings."""
    state = records.get_one(session, wanted[0]) if len(wanted) == 1 else None
    return (state.body.get("timezone") if state else None) or default


class Maker:
    """Makes reports of one server: from its store, with its photos and plugins."""

    def __init__(
        self,
        store: Store,
        blobs: BlobStore,
        settings: Settings,
        open_: sections.Open | None = None,
    ) -> None:
        self._store, self._blobs, self._settings = store, blobs, settings
        self._open = open_ or sections.isolated(settings)

    def make(
        self, asked: Asked, order: Order, progress: Progress = lambda _done, _all: None
    ) -> Made:
        """The file that was ordered."""
        with self._store.read() as session:
            known = plugins.cards(session)
            with closing(self._redactors(known, asked)) as redactors:
                built = build(session, asked, progress, Cover(asked.level, redactors))
        cards = sections.chosen(known, self._settings)
        parts = tuple(sections.ask(cards, self._open, asked.period.name, built.views))
        report = replace(built.report, parts=parts, withheld=redactors.faults)
        content = self._render(outline(report, order.language), order.format)
        return Made(
            name=_name(asked, order),
            mime=MIMES[order.format],
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            position=report.position,
        )

    def _redactors(self, cards: Mapping[str, PluginCard], asked: Asked) -> Redactors:
        audience = Audience(asked.level.value, PURPOSE)
        return Redactors(cards, self._settings, audience, self._open)

    def _render(self, document: Document, format_: Format) -> bytes:
        if format_ == "xlsx":
            from fieldops.report.xlsx import render as xlsx

            return xlsx(document)
        if format_ == "html":
            from fieldops.report.html import render as html

            return html(document, self.derivative)
        from fieldops.report.pdf import render as pdf

        return pdf(document, self.derivative)

    def derivative(self, sha256: str) -> bytes | None:
        """A derivative's bytes, None where they are missing or damaged."""
        try:
            with self._blobs.get(sha256) as source:
                content = source.read()
        except (BlobError, OSError):
            return None
        return content if hashlib.sha256(content).hexdigest() == sha256 else None


def _name(asked: Asked, order: Order) -> str:
    """What the file is called: ``report-2026-10.zh-CN.pdf``, of one site with the site's id."""
    one = f"-{str(asked.sites[0])[:8]}" if len(asked.sites) == 1 else ""
    return f"report-{order.month}{one}.{order.language}.{order.format}"


def facts(asked: Asked, order: Order, made: Made) -> ReportFacts:
    """What goes on record of a report."""
    return ReportFacts(
        month=order.month,
        sites=len(asked.sites),
        language=order.language,
        format=order.format,
        level=int(asked.level),
        position=made.position,
        sha256=made.sha256,
        site=asked.sites[0] if len(asked.sites) == 1 else None,
    )


def note_made(
    session: Session, who: UUID, asked: Asked, order: Order, made: Made, at_ms: int
) -> None:
    """Leave the audit record of a report that somebody asked for."""
    reporttake.note(session, who, facts(asked, order, made), at_ms)
