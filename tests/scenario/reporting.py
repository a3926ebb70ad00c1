"""The report of the scenario's October: against ``assess``, and against figures made by hand."""

from sqlmodel import Session
from tests.scenario.month import SITES, ZONE, Month, ms

from fieldops.flow.assess import ranking
from fieldops.model.access import Level
from fieldops.model.report import Place, Report
from fieldops.report.behind import ranges
from fieldops.report.build import Asked, Built, build
from fieldops.report.outline import outline
from fieldops.rules.assessmentperiods import read_period

A, B, C = (Place(SITES[name]) for name in "ABC")


def check_report(october: Month) -> None:
    """Everything that the report of all three sites says, and that it says the same again."""
    built = ask(october, ms("2026-10-31T12:00"))
    assert built == ask(october, ms("2026-10-31T12:00"))
    report = built.report
    _totals(october, report)
    _places(report)
    _proposals(report)
    _appendix(report)
    _shown_to_plugins(built)
    _of_one_site(october)
    _of_then(october)
    assert {part.name for part in outline(report, "en").parts} >= {"summary", "behind"}


def ask(october: Month, as_of_ms: int, *names: str) -> Built:
    period = read_period("2026-10")
    assert period is not None
    asked = Asked(
        organisation="翠湖物业",
        sites=tuple(sorted(october.sites[name] for name in names or SITES)),
        is_everywhere=not names,
        period=period,
        as_of_ms=as_of_ms,
        timezone=ZONE,
        level=Level.L1,
    )

    def query(session: Session) -> Built:
        return build(session, asked)

    return october.server.look(query)


def _totals(october: Month, report: Report) -> None:
    """59 walks and one of a third party, of two items each; F1 to F7; 7 rated and 3 complained."""
    found = october.ask()
    assert (report.now.own, report.now.third_party) == (found.own, found.third_party)
    now = report.now.totals
    assert (now.walks, now.third_party, now.items, now.failed) == (60, 1, 120, 6)
    assert (now.photos, now.findings, now.feedback, now.complaints) == (0, 7, 10, 3)
    assert (report.before.name, report.before.totals.walks) == ("2026-09", 0)
    names = {str(site): SITES[name] for name, site in october.sites.items()}
    asked = october.question()
    lines = october.server.look(lambda s: ranking(s, asked, "site", "own"))
    assert [(one.name, one.line) for one in report.by_site] == [
        (names[one.name], one) for one in lines
    ]
    rated = {one.name: (one.ratings, one.percent) for one in report.dimensions}
    shares = found.own.satisfaction.dimensions
    assert rated == {name: (one.cases, one.percent) for name, one in shares.items()}


def _places(report: Report) -> None:
    """F1, F3, F4 and F7 are floors, F2 and F5 glass; F4 came again."""
    failed = {one.item.item: one for one in report.failures}
    assert [*failed] == ["floor", "glass"]
    assert (failed["floor"].item.failed, failed["floor"].item.answered) == (4, 60)
    assert (failed["glass"].item.failed, failed["glass"].item.answered) == (2, 60)
    assert failed["floor"].places == tuple(sorted((A, B, C), key=lambda one: one.site))
    spots = {one.place: one for one in report.spots}
    # B: F3 and F4, which came again, K2.  A: F1, F2, K1.  C: F5, F7, K3.
    assert {place: (one.failed, one.repeats, one.complaints) for place, one in spots.items()} == {
        A: (2, 0, 1),
        B: (2, 1, 1),
        C: (2, 0, 1),
    }
    assert report.spots[0].place == B
    assert {place: one.findings for place, one in spots.items()} == {A: 2, B: 3, C: 2}
    assert report.overdue == ()


def _proposals(report: Report) -> None:
    """One of three complaints was answered late; six of seven ratings of empathy were satisfied."""
    assert [one.about for one in report.proposals] == ["late", "overdue"]
    late, rectified = report.proposals
    assert "6 件中 1 件超时，按时率 83.33%" in rectified.why["zh-CN"]
    assert "3 件中 1 件超时，按时率 66.67%" in late.why["zh-CN"]
    assert "1 of 3 were late" in late.why["en"]


def _appendix(report: Report) -> None:
    counted = {(one.counted, one.source): one.numbers for one in report.behind}
    own = counted["conformity.walks", "own"]["inspection"]
    (third,) = counted["conformity.walks", "third-party"]["inspection"]
    assert sorted([*own, third]) == [one.number for one in report.walks] == [*range(1, 61)]
    assert len(counted["handling.rounds", "own"]["round"]) == 60
    assert len(counted["efficiency.complaint-answer", "own"]["feedback"]) == 3
    failed = {walk for one in report.failures for walk in one.walks}
    assert failed == {one.number for one in report.walks if one.failed}
    kinds = {one.kind: one.number for one in report.entries}
    assert kinds == {"finding": 7, "feedback": 10, "round": 60}
    assert ranges((1, 2, 3, 5, 7, 8), "W") == "W1–W3, W5, W7–W8"


def _shown_to_plugins(built: Built) -> None:
    view = built.views["cleaning"]
    assert (view.walks, view.walks_before, len(view.items)) == (60, 0, 2)
    # F6 is of a round that nobody walked: of no domain.
    assert len(view.findings) == 6
    assert len(built.views[""].findings) == 7


def _of_one_site(october: Month) -> None:
    report = ask(october, ms("2026-10-31T12:00"), "B").report
    assert report.now.own == october.ask("B").own
    assert (report.sites, report.by_site) == ((SITES["B"],), ())


def _of_then(october: Month) -> None:
    """On the 8th at one: F2's deadline, the 8th at 09:20, has passed, and C's walk is not known."""
    report = ask(october, ms("2026-10-08T12:00")).report
    assert [(one.place, one.titles["en"], one.days) for one in report.overdue] == [
        (A, report.overdue[0].titles["en"], 0)
    ]
    assert report.now.own == october.ask(as_of="2026-10-08T12:00:00+08:00").own
    assert report.now.totals.walks == 7 * 3 - 1 + 2
