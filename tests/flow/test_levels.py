"""What a tablet pulls is of the level that its people walk by, where they do."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.factories import (
    Company,
    Server,
    Tablet,
    add_person,
    enrol_tablet,
    found_company,
    running,
    sign_in,
)

from fieldops.flow import setup
from fieldops.model.access import Grant, Level, Role

CALL = "请致电 13800138000"


def grant(server: Server, user: UUID, role: Role, sites: set[UUID] | None, level: Level) -> None:
    given = Grant(role, None if sites is None else frozenset(sites), level)
    server.do(lambda s: setup.add_grant(s, user, given, setup.SYSTEM, server.clock()))


def write(server: Server, company: Company) -> dict[UUID, str]:
    """A resident's words at each site; the id of the feedback by site."""
    author = server.do(lambda s: add_person(s, Role.INSPECTOR, None))
    tablet = enrol_tablet(server, [author], company.site)
    sites = (company.site, company.other_site)
    ops = [tablet.op("feedback.record@1", site=site, text=CALL) for site in sites]
    assert [one["status"] for one in tablet.receipts_of(ops)] == ["applied"] * 2
    return {site: op["subject"]["id"] for site, op in zip(sites, ops, strict=True)}


def pulled(tablet: Tablet, feedback: dict[UUID, str]) -> dict[UUID, bool]:
    """At which sites the tablet gets the words as they are."""
    bodies = {one["id"]: one["body"] for one in tablet.pull_all()[0]}
    return {site: bodies[one]["text"] == CALL for site, one in feedback.items() if one in bodies}


@pytest.mark.parametrize("role", [Role.EXPORTER, Role.AUDITOR])
def test_the_level_of_another_role_opens_no_pull(
    database_url: str, tmp_path: Path, role: Role
) -> None:
    with running(database_url, tmp_path) as server:
        company = found_company(server)
        feedback = write(server, company)
        grant(server, company.inspector, role, None, Level.L3)
        tablet = enrol_tablet(server, [company.inspector], company.site)
        assert pulled(tablet, feedback) == {company.site: False}
        path = f"/api/v1/records/{feedback[company.site]}"
        headers = sign_in(server, company.inspector)
        body: dict[str, Any] = server.client.get(path, headers=headers).json()["body"]
        assert (body["text"] == CALL) is (role is Role.AUDITOR)


def test_the_level_of_one_site_opens_no_other(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path) as server:
        company = found_company(server)
        feedback = write(server, company)
        there = {company.other_site}
        grant(server, company.inspector, Role.SUPERVISOR, there, Level.L2)
        tablet = enrol_tablet(server, [company.inspector], company.site)
        assert pulled(tablet, feedback) == {company.site: False, company.other_site: True}
        other = server.do(lambda s: add_person(s, Role.INSPECTOR, {company.site}, Level.L2))
        shared = enrol_tablet(server, [company.inspector, other], company.site)
        assert pulled(shared, feedback) == {company.site: False, company.other_site: False}
        grant(server, company.inspector, Role.INSPECTOR, {company.site}, Level.L2)
        assert pulled(shared, feedback)[company.site]
