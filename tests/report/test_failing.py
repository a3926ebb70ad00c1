"""What failed in a period, by domain, item and area, as a page asks for it."""

from typing import Any

from tests.factories import sign_in
from tests.report.conftest import November

from fieldops.flow.timing import rfc3339

API = "/api/v1/assessments/failures"


def get(made: November, **asked: Any) -> Any:
    headers = sign_in(made.server, made.company.people["supervisor"])
    month = rfc3339(made.server.clock())[:7]
    given = {"period": month, **asked}
    answer = made.server.client.get(API, params=given, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_failed_leads_to_the_walk_behind_it(november: November):
    found = get(november)
    walk = november.gallery.walk
    (domain,) = found["domains"]
    assert (domain["domain"], domain["walked"], domain["answered"], domain["failed"]) == (
        "facilities", 1, 4, 3,
    )  # fmt: skip
    assert domain["walks"] == [walk]
    assert {one["item"]: one["walks"] for one in found["items"]} == {
        "exit": [walk], "floor": [walk], "stairs": [walk],
    }  # fmt: skip
    assert found["items"][0]["titles"]["zh-CN"]
    (area,) = found["areas"]
    assert (area["site"], area["area"], area["failed"]) == (str(november.company.site), None, 3)
    assert area["findings"] == 3
    assert area["site_name"]
    assert found["dimensions"][0]["name"] == "tangibles"


def test_another_source_period_or_person_has_nothing_of_it(november: November):
    for asked in (
        {"source": "third-party"},
        {"person": str(november.company.supervisor)},
        {"period": "2025-02"},
    ):
        found = get(november, **asked)
        assert (found["domains"], found["items"]) == ([], []), asked
    year = get(november, period=rfc3339(november.server.clock())[:4])
    assert [one["failed"] for one in year["domains"]] == [3]


def test_of_a_later_period_it_stands_as_before(november: November):
    """The days after the walk have nothing of their own but what was before."""
    now_ms = november.server.clock()
    day = [rfc3339(now_ms + n * 86_400_000)[:10] for n in (20, 59)]
    (domain,) = get(november, period=f"{day[0]}..{day[1]}")["domains"]
    assert (domain["walked"], domain["failed"]) == (0, 0)
    assert (domain["walked_before"], domain["failed_before"]) == (1, 3)
    assert domain["walks"] == []
