"""What a site works by: defaults, the organisation's change, the site's own; who and why."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session
from tests.factories import Company, Server, add_person, found_company, make_op, running, sign_in

from fieldops.flow import policies, policysetting, setup
from fieldops.flow.setup import SYSTEM
from fieldops.model.access import Grant, Role
from fieldops.model.problem import ProblemError, slug_of
from fieldops.rules.policies import POLICIES, ComplaintPolicy, FindingPolicy
from fieldops.store import audit, meta
from fieldops_sync.ids import policy_id, uuid7

API = "/api/v1"


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """On SQLite, and on PostgreSQL."""
    with running(database_url, tmp_path) as started:
        yield started


def set_values(
    server: Server, scope: UUID, values: dict[str, str] | None, name: str = "findings"
) -> None:
    server.do(
        lambda s: policysetting.set_policy(s, scope, name, values, "agreed", SYSTEM, server.clock())
    )


def test_the_defaults_are_those_of_the_domain():
    findings, complaints = FindingPolicy(), ComplaintPolicy()
    assert [findings.hours(one) for one in ("minor", "major", "critical")] == [72, 48, 24]
    assert findings.steps() == (("team", 0), ("supervisor", 24), ("office", 72))
    assert (findings.repeat_days, complaints.first_answer_hours) == (30, 24)
    tiers = (complaints.general_hours, complaints.larger_hours, complaints.major_hours)
    assert (tiers, complaints.major_escalation_hours) == ((72, 48, 24), 0)
    again = (complaints.follow_up_hours, complaints.follow_up_days, complaints.follow_up_days_max)
    assert again == (24, 3, 7)
    assert {kind().wrong() for kind in POLICIES.values()} == {""}


def test_the_site_goes_over_the_organisation_and_that_over_the_defaults(server: Server):
    company = found_company(server)
    organisation = server.look(meta.organisation)
    set_values(server, organisation, {"minor_hours": "96", "major_hours": "60"})
    set_values(server, company.site, {"minor_hours": "120"})
    here = server.look(lambda s: policies.policy_of(s, company.site, "findings"))
    there = server.look(lambda s: policies.policy_of(s, company.other_site, "findings"))
    assert (here.minor_hours, here.major_hours, here.critical_hours) == (120, 60, 24)
    assert (there.minor_hours, there.major_hours) == (96, 60)
    view = server.look(lambda s: policies.view(s, company.site, "findings"))
    told = {key: view.set_by[key] for key in ("minor_hours", "major_hours", "critical_hours")}
    assert told == {
        "minor_hours": "site",
        "major_hours": "organisation",
        "critical_hours": "default",
    }
    set_values(server, company.site, None)
    again = server.look(lambda s: policies.policy_of(s, company.site, "findings"))
    assert again.minor_hours == 96
    steps = server.look(lambda s: policies.steps(s, company.site))
    assert [(one.policy, one.values, one.reason) for one in steps] == [
        ("findings", {"minor_hours": "120"}, "agreed"),
        ("findings", None, "agreed"),
    ]
    audited = server.look(lambda s: audit.latest(s, 9, "policy.set"))
    assert [entry.detail["values"] for entry in audited[:2]] == [None, {"minor_hours": "120"}]


@pytest.mark.parametrize(
    ("name", "values", "says"),
    [
        ("findings", {"minor_hours": "0"}, "minor_hours"),
        ("findings", {"minor_hours": "many"}, "minor_hours"),
        ("findings", {"hours": "1"}, "hours"),
        ("findings", {"team_hours": "48"}, "ascend"),
        ("complaints", {"follow_up_days": "8"}, "follow_up_days_max"),
    ],
)
def test_what_a_policy_does_not_have_is_a_clear_problem(
    module_server: Server, name: str, values: dict[str, str], says: str
):
    company = found_company(module_server)
    with pytest.raises(ProblemError) as caught:
        set_values(module_server, company.site, values, name)
    assert slug_of(caught.value.problem) == "validation"
    assert says in caught.value.problem.detail


def test_what_goes_together_is_asked_of_what_stands_below(module_server: Server):
    """48 hours are beyond the default of the supervisor, not beyond the organisation's."""
    company = found_company(module_server)
    organisation = module_server.look(meta.organisation)
    set_values(module_server, organisation, {"supervisor_hours": "60"})
    set_values(module_server, company.site, {"team_hours": "48"})
    set_values(module_server, organisation, None)


@pytest.fixture(scope="module")
def module_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("policies")
    with running(f"sqlite:///{folder / 'fieldops.db'}", folder) as started:
        yield started


def call(
    server: Server, who: UUID, method: str, path: str, body: Any = None, if_match: str = "*"
) -> Any:
    headers = {**sign_in(server, who), **({"if-match": if_match} if if_match else {})}
    return server.client.request(method, f"{API}/{path}", headers=headers, json=body)


def test_a_supervisor_changes_the_policy_of_his_site_and_everybody_there_sees_it(
    module_server: Server,
):
    company: Company = found_company(module_server)
    path = f"sites/{company.site}/policies"
    change = {"values": {"critical_hours": "12"}, "reason": "hospital ward"}
    made = call(module_server, company.supervisor, "PUT", f"{path}/findings", change)
    assert made.status_code == 200, made.text
    assert made.json()["values"]["critical_hours"] == "12"
    assert (made.json()["revision"], made.json()["reason"]) == (1, "hospital ward")
    assert made.headers["etag"] == '"1"'
    for if_match, status in (("", 428), ('"0"', 412), ('"1"', 200)):
        again = call(module_server, company.supervisor, "PUT", f"{path}/findings", change, if_match)
        assert again.status_code == status, again.text
    made = again
    seen = call(module_server, company.inspector, "GET", path).json()["policies"]
    assert [one["policy"] for one in seen] == list(POLICIES)
    assert seen[0] == made.json()
    for who, path_, body, status in (
        (company.supervisor, f"{path}/nothing", change, 404),
        (company.supervisor, f"{path}/findings", {"values": {"x": "1"}, "reason": "y"}, 400),
        (company.supervisor, f"{path}/findings", {"values": {}, "reason": ""}, 400),
        (company.supervisor, f"sites/{company.other_site}/policies/findings", change, 404),
        (company.inspector, f"{path}/findings", change, 403),
    ):
        assert call(module_server, who, "PUT", path_, body).status_code == status
    absent = call(module_server, company.inspector, "GET", f"sites/{uuid7()}/policies")
    assert absent.status_code == 404


def test_who_is_supervisor_elsewhere_only_looks(module_server: Server):
    company = found_company(module_server)

    def job(session: Session) -> UUID:
        user = add_person(session, Role.SUPERVISOR, {company.other_site})
        grant = Grant(Role.INSPECTOR, frozenset({company.site}))
        setup.add_grant(session, user, grant, SYSTEM, module_server.clock())
        return user

    user = module_server.do(job)
    path = f"sites/{company.site}/policies"
    change = {"values": None, "reason": "none"}
    assert call(module_server, user, "GET", path).status_code == 200
    assert call(module_server, user, "PUT", f"{path}/findings", change).status_code == 403


def test_a_policy_under_another_id_is_quarantined(module_server: Server):
    company = found_company(module_server)
    for policy, subject, reason in (
        ("findings", policy_id(company.site, "complaints"), "schema"),
        ("rounds", policy_id(company.site, "rounds"), "schema"),
        ("complaints", policy_id(company.site, "complaints"), None),
    ):
        op = make_op(
            "policy.set@1",
            company.site,
            company.supervisor,
            subject={"kind": "policy", "id": str(subject)},
            policy=policy,
            values={"major_hours": "12"},
            reason="agreed",
        )
        answer = call(module_server, company.supervisor, "POST", "ops", {"ops": [op]})
        assert answer.json()["receipts"][0].get("reason") == reason
