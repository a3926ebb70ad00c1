"""A report made by hand, with something in every part."""

from decimal import Decimal
from uuid import UUID

from fieldops.model.answertypes import Titles
from fieldops.model.assessment import Figure, Ranked
from fieldops.model.plugin import PluginFault
from fieldops.model.report import (
    Behind,
    Dimension,
    Entry,
    Failure,
    HotSpot,
    ItemMonth,
    Month,
    Overdue,
    Picked,
    Place,
    PluginPart,
    Proposal,
    Report,
    ReportSection,
    Standing,
    Totals,
    Walk,
)
from fieldops.rules.assessment import assess

AS_OF_MS = 1_793_462_399_999
"""2026-10-31T23:59:59.999+08:00."""
NASTY = "=1+1 <b>'地库' #strong[x] \u202e\ue000 🛗"
"""What people may have typed: a formula, markup of three kinds, marks, a lift that no font has."""
LOBBY, GARAGE = Place("翠湖花园", "大堂"), Place("翠湖花园", NASTY)
_WEIGHTS = {"satisfaction": 25, "efficiency": 25, "conformity": 25, "handling": 25}


_RANKED = Ranked(name="保洁班", place=1, total=Figure(Decimal("91.25"), 40))


def both(text: str) -> Titles:
    """The same in both languages, told apart."""
    return {"zh-CN": f"{text}中", "en": f"{text} en"}


def month(name: str, **totals: int) -> Month:
    return Month(
        name=name,
        totals=Totals(**totals),
        own=assess([], _WEIGHTS, "own"),
        third_party=assess([], _WEIGHTS, "third-party"),
    )


def item(key: str, answered: int, failed: int, before: tuple[int, int] = (0, 0)) -> ItemMonth:
    return ItemMonth(
        checklist="daily",
        item=key,
        titles=both(key),
        severity="major",
        answered=answered,
        failed=failed,
        answered_before=before[0],
        failed_before=before[1],
    )


def picked(number: int, is_failure: bool) -> Picked:
    return Picked(
        id=UUID(int=number),
        sha256=f"{number:064x}",
        view=f"{number:064x}",
        thumb=f"{number:064x}",
        caption=NASTY,
        titles=both("地面"),
        place=GARAGE,
        severity="critical",
        is_failure=is_failure,
        at_ms=AS_OF_MS,
        walk=1,
    )


def walk(number: int) -> Walk:
    return Walk(
        number=number,
        id=UUID(int=number),
        place=LOBBY,
        checklist=both("每日"),
        version="1.0",
        domain="cleaning",
        source="third-party" if number == 2 else "own",
        state="approved",
        at_ms=AS_OF_MS - number * 3_600_000,
        score="95.00" if number == 1 else "",
        items=12,
        failed=2,
        photos=3,
    )


def report(walks: int = 3) -> Report:
    """October at one site of two areas."""
    counted = {"walks": walks, "items": 36, "failed": 6, "photos": 9, "findings": 1}
    months = [month(f"2026-{number:02}") for number in range(5, 9)]
    return Report(
        organisation="翠湖物业",
        month="2026-10",
        sites=("翠湖花园",),
        is_everywhere=False,
        as_of_ms=AS_OF_MS,
        position=595,
        timezone="Asia/Shanghai",
        level=1,
        months=(
            *months,
            month("2026-09", walks=1, items=12, failed=1, photos=0),
            month("2026-10", **counted),
        ),
        by_site=(),
        by_team=(
            Standing("保洁班", Ranked(name="保洁班", place=1, total=Figure(Decimal("91.25"), 40))),
        ),
        minimum_cases=5,
        failures=(
            Failure(
                item=item("地面", 18, 5, (6, 1)),
                domain="cleaning",
                places=(LOBBY,),
                walks=(1, 2, 3),
            ),
        ),
        spots=(
            HotSpot(
                place=GARAGE,
                answered=18,
                failed=5,
                failed_before=1,
                findings=1,
                repeats=1,
                complaints=0,
                walks=(1, 2, 3),
            ),
        ),
        overdue=(
            Overdue(
                id=UUID(int=9),
                place=GARAGE,
                titles=both("积水"),
                severity="critical",
                state="open",
                owner="",
                team="",
                raised_ms=AS_OF_MS - 9 * 86_400_000,
                deadline_ms=AS_OF_MS - 3 * 86_400_000,
                days=3,
                walk=1,
            ),
        ),
        dimensions=tuple(
            Dimension(
                name=name,
                ratings=2,
                percent=Decimal("50.00"),
                perceived=Decimal("3.50"),
                expected=Decimal("4.50"),
                gap=Decimal("-1.00"),
                compared=2,
            )
            for name in ("tangibles", "reliability", "responsiveness", "assurance", "empathy")
        ),
        best=(picked(11, False),),
        worst=(picked(12, True), picked(13, True)),
        proposals=(
            Proposal(
                about="rising",
                titles=both("多巡"),
                why=both("五次不合格"),
                todo=both("加巡"),
                weight=10,
                walks=(1, 2, 3),
            ),
        ),
        walks=tuple(walk(number) for number in range(1, walks + 1)),
        entries=(
            Entry(
                number=1,
                kind="finding",
                id=UUID(int=9),
                place=GARAGE,
                at_ms=AS_OF_MS,
                state="open",
                titles=both("积水"),
                walk=1,
            ),
            Entry(
                number=1,
                kind="round",
                id=UUID(int=10),
                place=LOBBY,
                at_ms=AS_OF_MS,
                state="missed",
                titles=both("计划巡检"),
            ),
        ),
        behind=(
            Behind("conformity.walks", "own", {"inspection": (1, 3)}),
            Behind("conformity.deductions", "own", {"finding": (1,)}),
            Behind("handling.rounds", "third-party", {"round": (1,)}),
        ),
        parts=(
            PluginPart(
                "cleaning",
                both("保洁"),
                (
                    ReportSection(
                        titles=both("分区"),
                        paragraphs=(both("一段"),),
                        columns=(both("区"), both("次")),
                        rows=((both("电梯"), 3), ("=cmd", 4)),
                    ),
                ),
            ),
            PluginPart("security", {}, (), PluginFault(plugin="security", code="timeout")),
            PluginPart("facilities", both("设施")),
        ),
    )
