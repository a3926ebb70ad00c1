"""Assessments by site and month: reckoned anew in every run, and so complete in every run.

A figure hangs together with all that happened in its month, so there is no single change that it
follows from.  Each run brings the month of its position and the one before; they replace what the
run before brought.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from sqlmodel import Session

from fieldops.export.source import Cells, column, dataset
from fieldops.export.wanted import Wanted
from fieldops.flow.assess import ROUNDS_AHEAD_MS
from fieldops.flow.assesscases import cases_of
from fieldops.flow.assessread import lives
from fieldops.flow.assessview import View
from fieldops.flow.policies import assessment_policy
from fieldops.model.assessment import Assessment, Figure
from fieldops.rules.assessment import assess
from fieldops.rules.assessmentperiods import previous, read_period
from fieldops.rules.figures import show_figure
from fieldops.rules.zones import zone
from fieldops.store import exportread, lately, placements, records
from fieldops.store.caselog import Span

_PARTS = (
    ("total", "总分", "Total"),
    ("satisfaction", "满意度", "Satisfaction"),
    ("efficiency", "效率", "Efficiency"),
    ("conformity", "符合性", "Conformity"),
    ("handling", "响应与处理", "Responsiveness and handling"),
)
_MONTHS = 2

ASSESSMENTS = dataset(
    "assessments", "考核", "Assessments",
    column("site", "uuid", "项目标识", "Site id"),
    column("month", "string", "月份", "Month"),
    column("source", "string", "来源", "Source"),
    *(column(n, "decimal", zh, en, unit="%") for n, zh, en in _PARTS),
    *(column(f"{n}_cases", "integer", f"{zh}（例数）", f"{en}: cases") for n, zh, en in _PARTS),
    column("deducted", "decimal", "扣分", "Points deducted"),
    column("repeats", "integer", "重复问题数", "Findings that came again"),
    key=("site", "month", "source"), whole=True,
)  # fmt: skip


def assessments(session: Session, wanted: Wanted, timezone: str) -> Iterator[Cells]:
    """The figures of every site that had a case, as they stood at the run's position.

    Months are those of the company's time zone.
    """
    if wanted.kind == "backfill":
        return
    seen_ms = exportread.received_ms(session, wanted.until)
    day = datetime.fromtimestamp(seen_ms / 1000, zone(timezone))
    month = read_period(f"{day:%Y-%m}")
    assert month is not None, "a day has a month"
    team_of = partial(placements.team_at, placements.until(session, seen_ms))
    for site in records.site_ids(session):
        weights = assessment_policy(session, site, seen_ms).weights
        for period in previous(month, _MONTHS - 1):
            begin_ms, end_ms = period.bounds_ms(timezone)
            stretch = Span(lately.position_at(session, begin_ms), wanted.until)
            rounds = Span(lately.position_at(session, begin_ms - ROUNDS_AHEAD_MS), wanted.until)
            found = dict(lives(session, site, stretch, before_ms=end_ms))
            found |= lives(session, site, rounds, rounds=True)
            every = cases_of(View(site, found, seen_ms, team_of))
            cases = [case for case in every if begin_ms <= case.at_ms < end_ms]
            for source in ("own", "third-party"):
                if any(case.source == source for case in cases):
                    made = assess(cases, weights, source)
                    yield ("added", wanted.until, str(site), period.name, source, *_figures(made))


def _figures(made: Assessment) -> Cells:
    figures = [made.total, *(getattr(made, name).score for name, _, _ in _PARTS[1:])]
    return (
        *(_percent(one) for one in figures), *(one.cases for one in figures),
        show_figure(made.conformity.deducted), made.handling.repeats,
    )  # fmt: skip


def _percent(figure: Figure) -> str | None:
    return None if figure.percent is None else show_figure(figure.percent)
