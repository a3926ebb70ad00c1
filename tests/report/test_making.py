"""Making a report: for whom, of what, with which photos and plugins, and what is left on record."""

import hashlib
from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session
from tests.factories import add_person, sign_in
from tests.flow.following import plugin
from tests.gallery import blob_of
from tests.report.conftest import November, new_id

from fieldops.flow.reporttake import MADE
from fieldops.model.access import Level, Role
from fieldops.model.answertypes import Titles
from fieldops.model.dataset import Audience, ExportField
from fieldops.model.plugin import PluginCard, PluginFault
from fieldops.model.problem import ProblemError
from fieldops.model.report import MonthView, ReportSection
from fieldops.report.build import Asked, build
from fieldops.report.make import Maker, Order, ask
from fieldops.rules.reportschedule import due_months, last_month
from fieldops.settings import load_settings
from fieldops.store import audit, plugins, records

MONTH = "2026-11"
DAY_MS = 86_400_000


def asked(november: November, level: Level = Level.L1, **given: Any) -> Asked:
    server = november.server
    order = Order(month=MONTH, language="en", level=level, **given)

    def query(session: Session) -> Asked:
        mine = records.site_ids(session)
        settings = server.core.settings
        return ask(session, order, mine, lambda _site: Level.L3, settings, server.clock())

    return server.look(query)


def made(november: November, level: Level = Level.L1, **given: Any):
    question = asked(november, level, **given)
    return november.server.look(lambda s: build(s, question)).report


def test_photos_are_chosen_by_the_rule_and_never_above_the_audience(november: November):
    report = made(november)
    assert november.names(one.id for one in report.worst) == ["exit", "floor"]  # critical, major
    assert november.names(one.id for one in report.best) == ["glass"]
    assert [one.walk for one in report.worst] == [1, 1]
    assert report.now.totals.photos == 8
    # The caption of the stairs names a phone, which is for L2.
    shown = made(november, Level.L2).worst
    assert november.names(one.id for one in shown) == ["exit", "floor", "phone"]


def test_what_is_overdue_stands_however_old_it_is(own_november: November):
    november, server = own_november, own_november.server
    server.clock.now_ms += 10 * DAY_MS  # 1 December, 20:00 in Shanghai.
    november.settle()
    report = made(november)
    assert [one.severity for one in report.overdue] == ["critical", "major", "minor"]
    assert all(one.walk == 1 for one in report.overdue)
    server.clock.forward(24 * 300)
    november.settle()
    order = Order(month="2027-09", language="en")
    later = server.look(
        lambda s: ask(
            s, order, records.site_ids(s), lambda _: Level.L1, server.core.settings, server.clock()
        )
    )
    old = server.look(lambda s: build(s, later)).report
    assert {one.id for one in old.overdue} == {one.id for one in report.overdue}
    assert old.now.totals.walks == 0
    assert old.overdue[0].days > 290
    assert old.overdue[0].walk is None
    assert old.proposals == ()


def test_feedback_is_counted_and_named(november: November):
    server, walk = november.server, november.gallery.walk
    november.say(
        "feedback.record@1", ("feedback", new_id()), nature="complaint", tier="major", text="漏水"
    )
    rated = {"empathy": {"perceived": 2, "expected": 5}}
    november.say(
        "feedback.record@1",
        ("feedback", new_id()),
        nature="rating",
        ratings=rated,
        inspection=walk,
    )
    november.say("feedback.record@1", ("feedback", new_id()), nature="praise", text="谢谢")
    november.settle()
    report = made(november)
    assert (report.now.totals.feedback, report.now.totals.complaints) == (3, 1)
    titles = [one.titles["en"] for one in report.entries if one.kind == "feedback"]
    assert sorted(titles) == ["Complaint, major", "Praise", "Rating"]
    (empathy,) = [one for one in report.dimensions if one.name == "empathy"]
    assert (str(empathy.expected), str(empathy.perceived), str(empathy.gap)) == (
        "5.00",
        "2.00",
        "-3.00",
    )
    assert sum(one.complaints for one in report.spots) == 1
    assert server.clock() == report.as_of_ms


def test_what_cannot_be_asked_is_told(november: November):
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"month": "2026"}, "validation"),
        ({"month": "October"}, "validation"),
        ({"month": "2027-01"}, "validation"),
        ({"as_of": "yesterday"}, "validation"),
        ({"as_of": "2026-10-31"}, "validation"),
        ({"sites": (UUID(int=1),)}, "not-found"),
        ({"level": Level.L2}, "forbidden"),
    ]
    server, mine = november.server, [november.company.site]
    for given, slug in wrong:
        order = Order(**{"month": MONTH, "language": "en", **given})

        def query(session: Session, order: Order = order) -> Asked:
            settings, now_ms = server.core.settings, server.clock()
            return ask(session, order, mine, lambda _site: Level.L1, settings, now_ms)

        with pytest.raises(ProblemError) as raised:
            server.look(query)
        assert raised.value.problem.type.endswith(slug)


def test_a_past_moment_and_the_zone_of_one_site_are_taken(november: November):
    question = asked(november, sites=(november.company.site,), as_of="2026-11-21T11:00:00Z")
    assert question.as_of_ms == november.server.clock() - 3_600_000
    assert not question.is_everywhere
    assert november.server.look(lambda s: build(s, question)).report.now.totals.walks == 0


CARD = PluginCard(
    name="facilities",
    version="1",
    api=1,
    domain="facilities",
    summary={"zh-CN": "设施", "en": "Facilities"},
    hooks=("add_report_sections",),
)


class Told:
    """A plugin that answers, or fails."""

    card = CARD

    def __init__(self, answer: Any) -> None:
        self.answer, self.views = answer, list[MonthView]()

    def call(self, hook: str, arguments: Any) -> Any:
        assert hook == "add_report_sections"
        self.views.append(arguments["report"])
        return self.answer


def maker(november: November, answer: Any) -> tuple[Maker, Told]:
    core, told = november.server.core, Told(answer)
    november.server.do(lambda s: plugins.put_card(s, CARD))

    @contextmanager
    def open_(card: PluginCard):
        assert card == CARD
        yield told

    return Maker(core.store, core.blobs, core.settings, open_), told


def test_a_plugin_is_shown_its_own_month_and_adds_its_section(november: November):
    titles: Titles = {"zh-CN": "设备", "en": "Equipment by theme"}
    making, told = maker(november, (ReportSection(titles=titles),))
    done = making.make(asked(november), Order(month=MONTH, language="en", format="html"))
    assert "Equipment by theme" in done.content.decode()
    (view,) = told.views
    assert (view.month, view.walks, len(view.items)) == (MONTH, 1, 4)
    assert {one.rule for one in view.findings} == {"failed"}


def test_a_plugin_that_fails_leaves_a_notice_and_nothing_else_is_touched(november: November):
    making, _told = maker(november, PluginFault(plugin="facilities", code="timeout"))
    done = making.make(asked(november), Order(month=MONTH, language="en", format="html"))
    page = done.content.decode()
    assert "The plugin facilities could not make this section (timeout)" in page
    assert "Most frequent failures" in page


def test_a_derivative_that_is_damaged_or_missing_leaves_its_place(november: November):
    making, _told = maker(november, ())
    shots, server = november.shots, november.server
    order = Order(month=MONTH, language="en", format="html")
    whole = making.make(asked(november), order).content
    assert whole.count(b"data:image/webp") == 3
    spoilt, gone = (
        blob_of(server, hashlib.sha256(shots[name].thumb).hexdigest()) for name in ("exit", "floor")
    )
    spoilt.chmod(0o600)
    spoilt.write_bytes(b"spoilt")
    gone.unlink()
    assert making.make(asked(november), order).content.count(b"data:image/webp") == 1
    spoilt.write_bytes(shots["exit"].thumb)
    gone.write_bytes(shots["floor"].thumb)
    assert making.derivative("0" * 64) is None


def get(november: November, user: UUID, **query: Any) -> Any:
    wanted = {"month": MONTH, "format": "xlsx", **query}
    return november.server.client.get(
        "/api/v1/reports/monthly", params=wanted, headers=sign_in(november.server, user)
    )


def test_the_desk_gets_a_report_of_its_sites_and_it_is_on_record(november: November):
    answer = get(november, november.company.supervisor, language="en")
    assert answer.status_code == 200, answer.text
    name = f'attachment; filename="report-2026-11-{str(november.company.site)[:8]}.en.xlsx"'
    assert answer.headers["content-disposition"] == name
    assert answer.content[:2] == b"PK"
    (entry,) = november.server.look(lambda s: audit.latest(s, 5, MADE))
    assert entry.actor == november.company.supervisor
    assert entry.subject == november.company.site
    assert entry.detail["level"] == 1
    assert get(november, november.company.supervisor, level=3).status_code == 403
    other = {"site": str(november.company.other_site)}
    assert get(november, november.company.supervisor, **other).status_code == 404
    assert get(november, november.company.supervisor, month="2026").status_code == 400
    assert get(november, november.company.people["inspector"]).status_code == 403
    who = november.server.do(
        lambda s: add_person(s, Role.AUDITOR, {november.company.site}, Level.L3)
    )
    assert get(november, who, level=3).status_code == 200
    told = november.server.look(lambda s: audit.latest(s, 5, MADE))
    assert [one.detail["level"] for one in told] == [3, 1]


def test_a_month_is_over_when_its_first_night_has_come_far_enough():
    def at(text: str) -> int:
        return int(datetime.fromisoformat(text + "+08:00").timestamp() * 1000)

    zone = "Asia/Shanghai"
    assert due_months(at("2026-11-01T01:59"), zone, 2) == ["2026-09"]
    assert due_months(at("2026-11-01T02:00"), zone, 2) == ["2026-10", "2026-09"]
    assert due_months(at("2026-01-20T00:00"), zone, 3) == ["2025-12", "2025-11", "2025-10"]
    assert last_month(at("2026-11-01T00:00"), zone) == "2026-10"
    assert last_month(at("2027-01-15T00:00"), zone) == "2026-12"


COVERED = (
    "sites.name", "areas.name", "people.team", "photos.caption", "findings.title_zh",
    "findings.title_en",
)  # fmt: skip


def page_with(november: November, hook: Callable[..., Any]) -> tuple[str, list[tuple[str, str]]]:
    """The report as a page, made with a plugin that covers texts; (column, value) it was asked."""
    told: list[tuple[str, str]] = []

    def cover(value: Any, field: ExportField, audience: Audience) -> Any:
        told.append((f"{field.dataset}.{field.column}", value))
        assert audience == Audience(1, "monthly report")
        return hook(value)

    host, core = plugin("veil", redacts=COVERED, redact_value=cover), november.server.core
    november.server.do(lambda s: plugins.put_card(s, host.card))
    settings = load_settings(data_dir=core.settings.data_dir, plugins=["veil"])
    making = Maker(core.store, core.blobs, settings, lambda _card: nullcontext(host))
    order = Order(month=MONTH, language="zh-CN", format="html")
    return making.make(asked(november), order).content.decode(), told


def test_a_plugin_covers_texts_of_a_report_as_of_exports(november: November):
    plain, asked_ = page_with(november, lambda value: value)
    assert {place for place, _ in asked_} >= {"sites.name", "photos.caption", "findings.title_zh"}
    covered, again = page_with(november, lambda value: f"{value[:1]}*")
    assert again == asked_
    for text in ("翠湖花园", "门口积水", "杂物堵塞"):
        assert text in plain
        assert text not in covered
        assert f"{text[0]}*" in covered
    assert "未能完成遮盖" not in covered


def test_what_a_plugin_fails_to_cover_is_left_out_and_told(november: November):
    page, told = page_with(november, lambda value: f"{value}, and more")
    assert len(told) == 1
    assert "翠湖花园" not in page
    assert "门口积水" not in page
    assert "插件 veil 未能完成遮盖（wrong-result）" in page
    assert "各项指标的依据" in page
