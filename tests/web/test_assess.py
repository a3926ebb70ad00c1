"""Assessments over HTTP: figures, ranking, trend, drill-down, and who may ask about which site."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.factories import add_person, sign_in
from tests.flow.assessing import Assessing, assessing, ms

from fieldops.model.access import Role

API = "/api/v1/assessments"
OCTOBER = {"period": "2026-10"}


@pytest.fixture
def made(sqlite_database: str, tmp_path: Path) -> Iterator[Assessing]:
    with assessing(sqlite_database, tmp_path) as one:
        yield one


def get(made: Assessing, path: str = "", status: int = 200, **asked: Any) -> Any:
    headers = sign_in(made.server, made.company.people[asked.pop("who", "auditor")])
    answer = made.server.client.get(API + path, params={**OCTOBER, **asked}, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_every_figure_leads_to_the_very_records_behind_it(made: Assessing):
    made.at("2026-10-05T18:00")
    walks = [made.walk(f"2026-10-05T{hour:02}:00") for hour in range(8, 11)]
    for walk in walks:
        made.score(walk, "75")
    answer = {"item": "floor", "inspection": str(walks[0])}
    failed = made.tablet.op("result.record@1", outcome="fail", **answer)
    fine = made.tablet.op("result.record@1", outcome="pass", **{**answer, "item": "door"})
    photo = made.tablet.op("photo.attach@1", inspection=str(walks[0]), sha256="ab" * 32)
    made.send(failed, fine, photo)
    made.rate("2026-10-05T09:30", {"empathy": 2}, inspection=str(walks[1]))

    found = get(made, site=str(made.site))
    assert found["own"]["conformity"]["score"] == {"percent": "75.00", "cases": 3}
    assert found["own"]["satisfaction"]["dimensions"]["empathy"]["percent"] == "0.00"
    assert found["own"]["total"] == {"percent": "37.50", "cases": 4}
    assert found["third_party"]["total"] == {"percent": None, "cases": 0}
    assert get(made, person=str(made.inspector))["own"] == found["own"]
    assert get(made, person=str(made.company.supervisor))["own"]["total"]["cases"] == 0
    assert get(made, team="green")["own"]["total"]["cases"] == 0

    asked: dict[str, Any] = {"counted": "conformity.walks", "limit": 2}
    first = get(made, "/drilldown", **asked)
    # What comes between two pages belongs to neither.
    made.clock.forward(1)
    made.score(made.walk("2026-10-05T08:30"), "10")
    second = get(made, "/drilldown", **asked, cursor=first["cursor"])
    assert [one["id"] for page in (first, second) for one in page["items"]] == list(map(str, walks))
    assert second["cursor"] is None
    row = first["items"][0]
    assert (row["earned"], row["possible"]) == ("75", "100")
    assert row["results"] == [failed["subject"]["id"]]
    assert row["photos"] == [photo["subject"]["id"]]
    assert row["people"] == [str(made.inspector)]
    (rated,) = get(made, "/drilldown", counted="satisfaction.empathy")["items"]
    assert (rated["perceived"], rated["inspection"]) == (2, str(walks[1]))
    get(made, "/drilldown", 400, counted="satisfaction.empathy", cursor=first["cursor"])


def test_ranking_and_trend_name_what_they_are_about(made: Assessing):
    made.at("2026-10-05T18:00")
    for _ in range(5):
        made.score(made.walk("2026-10-05T09:00"), "80")
    found = get(made, "/ranking", by="person")
    assert (found["by"], found["minimum_cases"], found["source"]) == ("person", 5, "own")
    (line,) = found["items"]
    assert (line["id"], line["name"], line["place"]) == (str(made.inspector), "inspector", 1)
    (line,) = get(made, "/ranking")["items"]
    assert (line["name"], line["total"]["percent"]) == ("翠湖花园", "80.00")
    assert get(made, "/ranking", by="team")["items"] == []
    periods = get(made, "/trend", count=2)["items"]
    assert [one["period"] for one in periods] == ["2026-08", "2026-09", "2026-10"]
    assert [one["own"]["total"]["cases"] for one in periods] == [0, 0, 5]


def test_the_past_is_asked_about_by_its_evening(made: Assessing):
    made.at("2026-10-05T18:00")
    made.score(made.walk("2026-10-05T09:00"), "80")
    made.at("2026-10-06T18:00")
    made.score(made.walk("2026-10-05T10:00"), "60")
    assert get(made)["own"]["conformity"]["score"]["percent"] == "70.00"
    then = get(made, as_of="2026-10-05", site=str(made.site))
    assert then["own"]["conformity"]["score"] == {"percent": "80.00", "cases": 1}
    assert then["as_of_ms"] == ms("2026-10-06T00:00") - 1


def test_what_cannot_be_asked_is_a_problem(made: Assessing):
    for asked in ({"period": "October"}, {"as_of": "yesterday"}, {"as_of": "2026-10-05T18:00"}):
        assert get(made, status=400, **asked)["type"] == "urn:fieldops:problem:validation"
    assert get(made, status=404, site=str(made.other))["type"] == "urn:fieldops:problem:not-found"
    get(made, status=403, who="inspector")


def test_nobody_sees_how_a_foreign_site_did(made: Assessing):
    made.at("2026-10-05T18:00")
    made.score(made.walk("2026-10-05T09:00"), "80")
    foreign = made.server.do(lambda s: add_person(s, Role.SUPERVISOR, {made.other}))
    headers = sign_in(made.server, foreign)
    answer = made.server.client.get(API, params=OCTOBER, headers=headers)
    assert answer.json()["own"]["total"] == {"percent": None, "cases": 0}
