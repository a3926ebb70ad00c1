"""``fieldops assess``: how sites, teams and people did, as of now or of any past evening."""

from collections.abc import Iterator
from typing import Any, get_args

import rich_click as click
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import assess, assessshow
from fieldops.flow.assess import By, Figures, Question
from fieldops.flow.assessshow import Asked
from fieldops.flow.paging import LIMIT_MAX, Ask
from fieldops.model.assessment import Assessment, Counted, Figure, Source, Timing
from fieldops.rules.assessmentwords import FIGURES, SOURCES
from fieldops.store import records

_FIGURES = (
    ("source", "来源", "source"),
    ("figure", "指标", "figure"),
    ("percent", "%", "%"),
    ("cases", "样本数", "cases"),
    ("beside", "说明", "beside it"),
)
_RANKING = (
    ("place", "名次", "place"),
    ("name", "名称", "name"),
    ("percent", "%", "%"),
    ("cases", "样本数", "cases"),
)
_TREND = (
    ("period", "周期", "period"),
    ("source", "来源", "source"),
    *((part, *FIGURES[part]) for part in ("satisfaction", "efficiency", "conformity", "handling")),
    ("total", *FIGURES["total"]),
    ("cases", "样本数", "cases"),
)
_BEHIND = (
    ("kind", "记录", "record"),
    ("id", "编号", "id"),
    ("occurred", "发生", "occurred"),
    ("good", "达标", "good"),
    ("figures", "数值", "figures"),
    ("inspection", "巡检", "inspection"),
)


@click.command(
    help=tr(
        "考核：满意度、时效、符合度、响应与处置；可查任一过去时刻。",
        "Assessment: satisfaction, efficiency, conformity, handling; as of any past moment.",
    )
)
@click.option(
    "--period",
    required=True,
    help=tr(
        "如 2026-10、2026-Q4、2026、2026-10-01..2026-10-15",
        "Such as 2026-10, 2026-Q4, 2026, 2026-10-01..2026-10-15",
    ),
)
@click.option("--site", default="", help=tr("某一项目（编号或名称）", "One site, by code or name"))
@click.option("--team", default="", help=tr("某一班组", "One team"))
@click.option("--person", default="", help=tr("某人（登录名）", "One person, by login"))
@click.option(
    "--as-of",
    default="",
    help=tr("当时所知：某日（至当晚）或时刻", "As known then: a day (its evening) or a time"),
)
@click.option(
    "--rank", type=click.Choice(get_args(By)), help=tr("排名而非数值", "A ranking instead")
)
@click.option(
    "--trend",
    type=click.IntRange(1, 24),
    help=tr("连同此前几个周期", "With so many periods before it"),
)
@click.option(
    "--behind",
    type=click.Choice(get_args(Counted)),
    help=tr("列出某项指标背后的记录", "The records behind one figure"),
)
@click.option(
    "--source",
    type=click.Choice(get_args(Source)),
    default="own",
    help=tr("排名与明细的来源", "Whose walks a ranking or a list is of"),
)
@json_option
@pass_shell
def command(
    shell: Shell,
    period: str,
    site: str,
    team: str,
    person: str,
    as_of: str,
    rank: By | None,
    trend: int | None,
    behind: Counted | None,
    source: Source,
) -> None:
    if sum(one is not None for one in (rank, trend, behind)) > 1:
        raise click.UsageError(tr("一次只问一种", "Ask for one of --rank, --trend, --behind"))

    def query(session: Session) -> Any:
        mine = records.site_ids(session)
        asked = assessshow.question(
            session,
            Asked(
                period=period,
                site=names.sites(session, [site])[0] if site else None,
                team=team,
                person=names.user(session, person) if person else None,
                as_of=as_of,
            ),
            mine,
            shell.now_ms(),
            shell.settings.timezone,
        )
        return _found(session, asked, rank, trend, behind, source)

    _show(shell, shell.read(query))


def _found(
    session: Session,
    asked: Question,
    rank: By | None,
    trend: int | None,
    behind: Counted | None,
    source: Source,
) -> Any:
    if rank is not None:
        return assessshow.ranking(session, asked, rank, source)
    if trend is not None:
        return assessshow.Trend(assess.trend(session, asked, trend))
    if behind is not None:
        page = Ask("assess", limit=LIMIT_MAX)
        return assessshow.behind(session, asked, behind, source, page)
    return assess.figures(session, asked)


def _show(shell: Shell, found: Any) -> None:
    if shell.as_json:
        shell.show_json(found)
        return
    if isinstance(found, Figures):
        shell.table([row for one in _both(found) for row in _rows(shell, one)], _FIGURES)
        return
    if isinstance(found, assessshow.Trend):
        rows = [_period(shell, one, each) for one in found.items for each in _both(one)]
        shell.table(rows, _TREND)
        return
    if isinstance(found, assessshow.Ranking):
        rows = [{"place": one.place, "name": one.name, **_figure(one.total)} for one in found.items]
        shell.table(rows, _RANKING)
        few = found.minimum_cases
        shell.note(f"少于 {few} 个样本不排名", f"with fewer than {few} cases nobody is ranked")
        return
    shell.table([_case(one) for one in found.items], _BEHIND)
    if found.cursor:
        shell.note(
            f"只列出前 {LIMIT_MAX} 条", f"only the first {LIMIT_MAX}; the API pages through all"
        )


def _both(found: Figures) -> Iterator[Assessment]:
    """The own figures, and a third party's where there are any."""
    yield found.own
    if found.third_party.total.cases:
        yield found.third_party


def _rows(shell: Shell, one: Assessment) -> Iterator[dict[str, Any]]:
    def row(name: str, figure: Figure, zh: str = "", en: str = "") -> dict[str, Any]:
        return {
            "source": shell.text(*SOURCES[one.source]),
            "figure": ("  " if "." in name else "") + shell.text(*FIGURES[name]),
            **_figure(figure),
            "beside": shell.text(zh, en),
        }

    weights = ", ".join(f"{shell.text(*FIGURES[part])} {one.weights[part]}" for part in one.weights)
    yield row("total", one.total, weights, weights)
    yield row("satisfaction", one.satisfaction.score)
    for name, figure in one.satisfaction.dimensions.items():
        yield row(f"satisfaction.{name}", figure)
    yield row("satisfaction.answers", one.satisfaction.answers)
    yield row("efficiency", one.efficiency.score)
    for name, timing in one.efficiency.timings.items():
        yield row(f"efficiency.{name}", timing.on_time, *_timing(timing))
    made = one.conformity
    yield row(
        "conformity",
        made.score,
        f"得 {made.earned} / {made.possible}，扣 {made.deducted}"
        f"（{made.deductions} 次，申诉撤销 {made.restored} 次），未评分 {made.unscored}",
        f"{made.earned} of {made.possible}, deducted {made.deducted} ({made.deductions} times, "
        f"{made.restored} taken back), not scored {made.unscored}",
    )
    yield row("handling", one.handling.score)
    for name, figure in one.handling.rates.items():
        yield row(f"handling.{name}", figure)


def _timing(one: Timing) -> tuple[str, str]:
    if one.median_hours is None:
        return f"进行中 {one.pending}", f"{one.pending} pending"
    return (
        f"中位 {one.median_hours} 小时，九成 {one.p90_hours} 小时内，进行中 {one.pending}，"
        f"按期而迟报 {one.late_receipt}",
        f"median {one.median_hours} h, nine in ten within {one.p90_hours} h, {one.pending} pending,"
        f" {one.late_receipt} on time but told late",
    )


def _figure(figure: Figure) -> dict[str, Any]:
    return {"percent": figure.percent, "cases": figure.cases}


def _period(shell: Shell, found: Figures, one: Assessment) -> dict[str, Any]:
    return {
        "period": found.period,
        "source": shell.text(*SOURCES[one.source]),
        "satisfaction": one.satisfaction.score.percent,
        "efficiency": one.efficiency.score.percent,
        "conformity": one.conformity.score.percent,
        "handling": one.handling.score.percent,
        "total": one.total.percent,
        "cases": one.total.cases,
    }


def _case(one: assessshow.Behind) -> dict[str, Any]:
    members = ("earned", "possible", "points", "perceived", "expected", "hours", "due", "done")
    said = {name: getattr(one, name) for name in members}
    return {
        "kind": one.kind,
        "id": str(one.id),
        "occurred": one.occurred,
        "good": {True: "✓", False: "✗", None: ""}[one.good],
        "figures": [f"{name} {value}" for name, value in said.items() if value is not None],
        "inspection": one.inspection,
    }
