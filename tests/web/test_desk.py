"""The desk's API as people use it: users, grants, devices, checklists, quarantine."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import segno
from sqlmodel import Session
from tests.factories import (
    NOON_MS,
    Company,
    Server,
    Tablet,
    add_person,
    checklist_text,
    enrol_tablet,
    found_company,
    running,
    sign_in,
)

from fieldops.flow import accounts, setup
from fieldops.model.access import Grant, Role
from fieldops.store import audit, people
from fieldops_sync.ids import uuid7

API = "/api/v1"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("desk")
    with running(f"sqlite:///{folder / 'fieldops.db'}", folder) as started:
        yield started


class Desk:
    """Somebody who is signed in."""

    def __init__(self, server: Server, user: UUID) -> None:
        self._client, self._headers = server.client, sign_in(server, user)

    def get(self, path: str) -> Any:
        answer = self._client.get(f"{API}/{path}", headers=self._headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def every(self, path: str) -> list[Any]:
        """All items of a list, page by page."""
        found, cursor = [], ""
        while cursor is not None:
            page = self.get(f"{path}{'&' if '?' in path else '?limit=2&'}cursor={cursor}")
            found += page["items"]
            cursor = page["cursor"]
        return found

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = self._client.request(method, f"{API}/{path}", headers=self._headers, json=body)
        return answer.status_code, answer.json()


@pytest.fixture
def company(server: Server) -> Company:
    return found_company(server)


@pytest.fixture
def admin(server: Server) -> Desk:
    return Desk(server, server.do(lambda s: add_person(s, Role.ADMINISTRATOR, None)))


def test_a_new_user_signs_in_uses_the_right_and_signs_out(
    server: Server, company: Company, admin: Desk
):
    login = f"wang-{uuid7()}"
    new = {"login": login, "name": "王强", "staff_number": "0042", "password": PASSWORD}
    status, made = admin.call("POST", "users", new)
    assert status == 201
    assert admin.call("POST", "users", new)[0] == 400
    grant = {"user": made["id"], "role": "supervisor", "sites": [str(company.site)]}
    status, granted = admin.call("POST", "grants", grant)
    assert status == 201
    listed = next(user for user in admin.every("users") if user["login"] == login)
    assert listed["grants"][0][0] == granted["id"]

    client = server.client
    asked = {"login": login, "password": PASSWORD, "kind": "bearer"}
    signed = client.post(f"{API}/session", json=asked).json()
    headers = {"authorization": f"Bearer {signed['token']}"}
    assert client.get(f"{API}/sites", headers=headers).status_code == 403, "it was for one sign-in"
    chosen = {"old": PASSWORD, "new": f"{PASSWORD}, and a piano"}
    signed = client.post(f"{API}/session/password", json=chosen, headers=headers).json()
    headers = {"authorization": f"Bearer {signed['token']}"}
    assert [one["id"] for one in client.get(f"{API}/sites", headers=headers).json()["items"]] == [
        str(company.site)
    ]
    assert client.get(f"{API}/me", headers=headers).json()["name"] == "王强"
    assert client.delete(f"{API}/session", headers=headers).json() == {"signed_out": True}
    assert client.get(f"{API}/me", headers=headers).status_code == 401

    assert admin.call("DELETE", f"grants/{granted['id']}") == (200, {"revoked": True})
    assert admin.call("DELETE", f"grants/{granted['id']}")[0] == 404


def test_people_are_told_by_the_sites_that_both_have(server: Server, company: Company):
    """Who looks learns of those on his own sites; a role elsewhere is not told."""
    foreign = found_company(server)
    head = server.do(lambda s: add_person(s, Role.OPS, None))
    away = server.do(lambda s: add_person(s, Role.INSPECTOR, {foreign.site}))
    both = server.do(lambda s: add_person(s, Role.INSPECTOR, {company.site}))
    server.do(
        lambda s: setup.add_grant(s, both, Grant(Role.OPS, frozenset({foreign.site})), both, 0)
    )
    boss = Desk(server, company.supervisor)
    known = {one["id"]: one["roles"] for one in boss.every("people?limit=2")}
    assert known[str(both)] == ["inspector"]
    assert known[str(head)] == ["ops"]
    assert str(away) not in known
    walkers = boss.get(f"people?site={company.site}&role=inspector&limit=200")["items"]
    assert {str(both), str(company.inspector)} <= {one["id"] for one in walkers}
    assert str(head) not in {one["id"] for one in walkers}
    assert boss.get(f"people?site={foreign.site}")["items"] == []
    every = Desk(server, head).every("people?limit=200")
    assert {one["id"]: one["roles"] for one in every}[str(both)] == ["inspector", "ops"]


def test_team_and_post_reach_the_tablets_of_the_person(
    server: Server, company: Company, admin: Desk
):
    tablet = enrol_tablet(server, [company.inspector], company.site)
    _, cursor = tablet.pull_all()
    place = {"team": "夜班", "post": "领班"}
    address = f"users/{company.inspector}/place"
    for _ in range(2):
        assert admin.call("PUT", address, place) == (200, place)
    changes, _ = tablet.pull_all(cursor)
    (told,) = [one["body"] for one in changes if one["kind"] == "person"]
    assert place.items() <= told.items()
    assert admin.call("PUT", address, {"team": "x" * 201})[0] == 400
    assert admin.call("PUT", f"users/{uuid7()}/place", place)[0] == 404


def test_a_grant_for_nobody_is_a_problem(admin: Desk):
    grant = {"user": str(uuid7()), "role": "inspector", "sites": None}
    status, problem = admin.call("POST", "grants", grant)
    assert (status, problem["detail"]) == (400, "user: there is no such user")


def test_wrong_passwords_lock_a_login_and_time_opens_it(server: Server, admin: Desk):
    login = f"lock-{uuid7()}"
    admin.call("POST", "users", {"login": login, "name": "x", "password": PASSWORD})
    client = server.client
    words = ("guess-guess", PASSWORD)
    wrong, right = ({"login": login, "password": word, "kind": "bearer"} for word in words)
    for _ in range(5):
        assert client.post(f"{API}/session", json=wrong).status_code == 401
    locked = client.post(f"{API}/session", json=right)
    assert locked.status_code == 429
    assert int(locked.headers["retry-after"]) >= 30
    server.clock.now_ms += 16 * 60_000
    assert client.post(f"{API}/session", json=right).status_code == 200
    assert client.post(f"{API}/session", json={**right, "login": "nobody"}).status_code == 401


def test_a_disabled_user_is_out_at_once(server: Server, company: Company):
    user = server.do(lambda s: add_person(s, Role.SUPERVISOR, {company.site}))
    headers = sign_in(server, user)
    assert server.client.get(f"{API}/me", headers=headers).status_code == 200
    server.do(lambda s: accounts.disable(s, user, setup.SYSTEM, server.clock()))
    assert server.client.get(f"{API}/me", headers=headers).status_code == 401
    late = sign_in(server, user)
    assert server.client.get(f"{API}/me", headers=late).status_code == 401


def test_a_tablet_is_enrolled_shared_and_revoked_from_the_desk(
    server: Server, company: Company, admin: Desk
):
    status, made = admin.call(
        "POST", "devices/codes", {"name": "Pad 7", "people": [str(company.inspector)]}
    )
    assert status == 201
    assert len(made["code"].replace("-", "")) * 5 >= 64
    tablet = enrol_tablet(server, [company.inspector], company.site)
    path = f"devices/{tablet.device}"
    share = f"{path}/people/{company.supervisor}"
    assert admin.call("POST", share, {"granted": True})[0] == 200
    listed = next(one for one in admin.every("devices") if one["id"] == str(tablet.device))
    assert sorted(listed["people"]) == sorted([str(company.inspector), str(company.supervisor)])
    assert admin.call("POST", share, {"granted": False})[0] == 200
    assert admin.call("POST", f"{path}/people/{uuid7()}", {"granted": True})[0] == 404
    people_told = [one for one in tablet.pull_all()[0] if one["kind"] == "person"]
    assert {one["body"]["granted"] for one in people_told} == {True, False}
    assert admin.call("POST", f"{path}/revoke") == (200, {"revoked": True})
    assert admin.call("POST", f"{path}/revoke")[0] == 404
    assert tablet.push([]).status_code == 401


def test_a_checklist_is_published_once_and_a_bad_one_is_explained(admin: Desk):
    text = checklist_text(f"desk-{str(uuid7())[:8]}")
    status, made = admin.call("POST", "checklists", {"toml": text})
    assert (status, made["published"]) == (201, True)
    assert admin.call("POST", "checklists", {"toml": text})[1]["published"] is False
    assert made["sha256"] in [one["sha256"] for one in admin.every("checklists")]
    status, problem = admin.call("POST", "checklists", {"toml": text.replace("clause", "claus")})
    assert status == 400
    assert problem["extra"]["faults"][0]["line"] > 1


def test_migrations_are_held_against_what_is_out(admin: Desk):
    text = checklist_text(f"desk-{str(uuid7())[:8]}")
    admin.call("POST", "checklists", {"toml": text})
    new = text.replace('version = "1.0"', 'version = "2.0"') + "[[migrations]]\nfrom = "
    status, problem = admin.call("POST", "checklists", {"toml": new + '"0.9"\n'})
    assert (status, problem["extra"]["faults"][0]["code"]) == (400, "migration-version")
    good = {"toml": new + '"1.0"\n'}
    status, seen = admin.call("POST", "checklists/preview", good)
    assert (status, seen["outcome"], seen["before"]) == (200, "new", "1.0")
    assert admin.call("POST", "checklists", good)[0] == 201
    states = {
        one["version"]: one["state"] for one in admin.every("checklists") if one["key"] in text
    }
    assert states == {"1.0": "superseded", "2.0": "current"}


def test_a_version_is_shown_compared_and_tried(admin: Desk):
    key = f"desk-{str(uuid7())[:8]}"
    text = checklist_text(key)
    made = admin.call("POST", "checklists", {"toml": text})[1]
    path = f"checklists/{key}"
    sheet = admin.get(f"{path}/versions/1.0")
    assert sheet["standing"]["sha256"] == made["sha256"]
    assert sheet["standing"]["titles"] == sheet["checklist"]["titles"]
    assert sheet["standing"]["by"]
    newer = sheet["toml"].replace('version = "1.0"', 'version = "1.1"')
    newer = newer.replace("threshold_percent = 85", "threshold_percent = 90")
    assert admin.call("POST", "checklists", {"toml": newer})[0] == 201
    seen = admin.get(f"{path}/diff?before=1.0&after=1.1")
    (told,) = seen["differences"]
    assert (told["before"], told["after"], told["effects"]) == ("85", "90", ["verdict"])
    assert admin.call("GET", f"{path}/diff?before=1.0&after=7")[0] == 404

    (item, *_) = (one["key"] for part in sheet["checklist"]["sections"] for one in part["items"])
    answers = {"date": "2026-11-23", "answers": {item: "fail"}}
    for by in ({"sha256": made["sha256"]}, {"toml": newer}):
        status, played = admin.call("POST", "checklists/try", {"example": answers, **by})
        assert status == 200
        line = next(one for one in played["lines"] if one["item"] == item)
        assert line["outcome"] == "fail"
    unknown = {"example": answers, "sha256": "0" * 64}
    assert admin.call("POST", "checklists/try", unknown)[0] == 404
    assert admin.call("POST", "checklists/try", {"example": answers, "toml": "?"})[0] == 400


def test_a_text_is_looked_through_while_it_is_written(admin: Desk):
    text = checklist_text("draft")
    good = admin.call("POST", "checklists/lint", {"toml": text})[1]
    assert good["checklist"]["key"] == "draft"
    assert all(one["severity"] == "remark" for one in good["notes"])
    bad = admin.call("POST", "checklists/lint", {"toml": text.replace("clause", "claus")})[1]
    assert bad["checklist"] is None
    assert bad["notes"][0]["line"] > 1
    assert not [one for one in admin.every("checklists") if one["key"] == "draft"]


def test_a_code_for_a_tablet_comes_as_a_picture_too(admin: Desk):
    status, made = admin.call("POST", "devices/codes", {"name": "C-03", "people": []})
    assert status == 201
    told = parse_qs(urlsplit(made["link"]).query)
    assert told["code"] == [made["code"]]
    # Each dark module is one square of the path.
    dark = {(x, y) for y, row in enumerate(drawn_by_hand(made["link"])) for x in row}
    squares = re.findall(r"M(\d+) (\d+)h1v1h-1z", made["drawn"]["path"])
    assert {(int(x), int(y)) for x, y in squares} == dark


def drawn_by_hand(text: str) -> list[list[int]]:
    """The dark modules of a QR code, row by row, with four light ones around."""
    rows = segno.make(text, error="m", micro=False).matrix
    return [[]] * 4 + [[x + 4 for x, module in enumerate(row) if module] for row in rows]


def test_a_name_and_a_pin_reach_the_tablets_of_the_person(
    server: Server, company: Company, admin: Desk
):
    tablet = enrol_tablet(server, [company.inspector], company.site)
    before, cursor = tablet.pull_all()
    path = f"users/{company.inspector}"
    name = {"name": "李雷", "staff_number": "0007"}
    assert admin.call("PUT", f"{path}/name", name) == (200, name)
    assert admin.call("PUT", f"{path}/pin", {"pin": "135790"}) == (200, {"set": True})
    assert admin.call("PUT", f"{path}/pin", {"pin": "12"})[0] == 400
    assert admin.call("PUT", f"users/{uuid7()}/pin", {"pin": "135790"})[0] == 404
    told = [one for one in tablet.pull_all(cursor)[0] if one["kind"] == "person"]
    assert told[-1]["body"]["name"] == "李雷"
    old = next(one["body"]["pin"] for one in before if one["kind"] == "person")
    assert told[-1]["body"]["pin"] != old


def test_nobody_locks_out_the_last_administrator(server: Server):
    only, grant = server.do(_only_administrator)
    boss = Desk(server, only)
    status, told = boss.call("POST", f"users/{only}/disable")
    assert (status, told["type"]) == (409, "urn:fieldops:problem:last-administrator")
    assert boss.call("DELETE", f"grants/{grant}")[0] == 409
    assert boss.call("POST", f"users/{uuid7()}/disable")[0] == 404
    other = server.do(lambda s: add_person(s, Role.ADMINISTRATOR, None))
    assert boss.call("POST", f"users/{other}/disable") == (200, {"devices": []})
    assert boss.call("GET", "users")[0] == 200, "whoever is left goes on"
    server.do(lambda s: add_person(s, Role.ADMINISTRATOR, None))
    assert boss.call("DELETE", f"grants/{grant}") == (200, {"revoked": True})


def _only_administrator(session: Session) -> tuple[UUID, UUID]:
    """Somebody beside whom no administrator is left."""
    for user, grant in people.administrators(session):
        assert setup.revoke_grant(session, grant, user, NOON_MS)
    only = add_person(session, Role.ADMINISTRATOR, None)
    ((_, grant),) = people.administrators(session)
    return only, grant


def test_the_audit_says_names_and_what_a_record_is(server: Server, company: Company, admin: Desk):
    place = {"team": "夜班", "post": "领班"}
    admin.call("PUT", f"users/{company.inspector}/place", place)
    page = admin.get("audit?action=user.place&limit=1")
    (line,) = page["items"]
    assert page["names"][line["actor"]]
    assert page["names"][str(company.inspector)] == page["names"][line["subject"]]
    page = admin.get(f"audit?action=site.set&about={company.site}")
    assert page["kinds"] == {str(company.site): "site"}


def test_the_audit_names_who_did_what(server: Server, admin: Desk):
    admin.call("POST", "users", {"login": f"seen-{uuid7()}", "name": "x"})
    newest = admin.get("audit?action=user.add&limit=1")["items"][0]
    assert newest["action"] == "user.add"
    assert server.look(lambda s: audit.latest(s, 1, "user.add"))[0].actor is not None
    whole = server.look(lambda s: [one.at_ms for one in audit.latest(s, 1000)])
    shown = [one["at_ms"] for one in admin.every("audit")]
    assert shown[-len(whole) :] == sorted(whole, reverse=True)


# Quarantine


@pytest.fixture
def tablet(server: Server, company: Company) -> Tablet:
    return enrol_tablet(server, [company.inspector], company.site)


@pytest.fixture
def supervisor(server: Server, company: Company) -> Desk:
    return Desk(server, company.supervisor)


def quarantined(tablet: Tablet, **members: Any) -> str:
    op = tablet.op("feedback.record@1", **members)
    assert tablet.receipts_of([op])[0]["status"] == "quarantined"
    return str(op["id"])


def test_a_quarantined_op_is_shown_repaired_and_told(tablet: Tablet, supervisor: Desk):
    op = quarantined(tablet, text="灯坏了", colour="red")
    listed = supervisor.get("quarantine?reason=schema")["items"]
    assert {one["detail"] for one in listed} == {one["details"]["en"] for one in listed}
    assert all(one["details"]["zh-CN"] != one["detail"] for one in listed)
    assert op in [one["op"] for one in listed]
    shown = supervisor.get(f"quarantine/{op}")
    assert "灯坏了" in shown["raw"]
    assert shown["schema"]["properties"]["nature"]["enum"] == [
        "complaint",
        "praise",
        "rating",
        "suggestion",
    ]
    assert supervisor.call("POST", f"quarantine/{op}/replay")[0] == 400
    status, _ = supervisor.call("POST", f"quarantine/{op}/repair", {"op": {"site": str(uuid7())}})
    assert status == 400
    good = {"op": {"payload": {"text": "灯坏了", "nature": "complaint"}}}
    status, receipt = supervisor.call("POST", f"quarantine/{op}/repair", good)
    assert (status, receipt["status"]) == (200, "applied")
    assert supervisor.call("POST", f"quarantine/{op}/discard", {"reason": "again"})[0] == 412
    told = [one["body"] for one in tablet.pull_all()[0] if one["kind"] == "receipt"]
    assert told[0]["repaired_by"] == receipt["repaired_by"]


def test_a_repair_stores_no_stars_of_what_its_writer_may_not_see(tablet: Tablet, supervisor: Desk):
    """Among the lines that are left nobody knows which of the originals a masked one was."""
    op = quarantined(tablet, text="灯坏了", lines=["13800138000", "13900139000"])
    payload = {"text": "给139****9000回电", "nature": "complaint"}
    answer = supervisor.call("POST", f"quarantine/{op}/repair", {"op": {"payload": payload}})
    assert answer[0] == 400
    assert "139****9000" in answer[1]["detail"]
    assert supervisor.get(f"quarantine/{op}")["item"]["state"] == "open"
    payload["text"] = "给13900139000回电"
    answer = supervisor.call("POST", f"quarantine/{op}/repair", {"op": {"payload": payload}})
    assert answer[0] == 200


def test_a_replay_applies_the_original_on_the_supervisors_authority(
    server: Server, company: Company, tablet: Tablet, supervisor: Desk
):
    stranger = server.do(lambda s: add_person(s, Role.INSPECTOR, {company.site}))
    ops = [tablet.op("feedback.record@1", actor=stranger, text=str(n)) for n in range(3)]
    assert {one["reason"] for one in tablet.receipts_of(ops)} == {"not-permitted"}
    one, *rest = (op["id"] for op in ops)
    status, receipt = supervisor.call("POST", f"quarantine/{one}/replay")
    assert (status, receipt["marks"]) == (200, ["replayed"])
    bad = quarantined(tablet, colour="red")
    status, several = supervisor.call("POST", "quarantine/replay", {"ops": [*rest, bad, one]})
    assert [bool(receipt) for receipt in several["receipts"]] == [True, True, False, False]
    again = tablet.receipts_of([ops[0]])[0]
    assert (again["status"], again["stands"]["status"]) == ("duplicate", "applied")


def test_a_discard_needs_a_reason_and_keeps_the_bytes(tablet: Tablet, supervisor: Desk):
    op = quarantined(tablet, colour="red")
    assert supervisor.call("POST", f"quarantine/{op}/discard", {"reason": " "})[0] == 400
    status, receipt = supervisor.call("POST", f"quarantine/{op}/discard", {"reason": "a test"})
    assert (status, receipt["marks"]) == (200, ["discarded"])
    assert op in [one["op"] for one in supervisor.get("quarantine?state=discarded")["items"]]


def test_an_id_used_twice_is_repaired_not_replayed(tablet: Tablet, supervisor: Desk):
    first = tablet.op("feedback.record@1", text="one")
    second = {**first, "seq": tablet.seq + 1, "payload": {"text": "two"}}
    receipts = tablet.receipts_of([first, second])
    assert [one["status"] for one in receipts] == ["applied", "quarantined"]
    assert supervisor.call("POST", f"quarantine/{first['id']}/replay")[0] == 409
    subject = {"kind": "feedback", "id": str(uuid7())}
    status, _ = supervisor.call(
        "POST", f"quarantine/{first['id']}/repair", {"op": {"subject": subject}}
    )
    assert status == 200


def test_a_replay_that_still_waits_says_so(
    server: Server, company: Company, tablet: Tablet, supervisor: Desk
):
    stranger = server.do(lambda s: add_person(s, Role.INSPECTOR, {company.site}))
    op = tablet.op("feedback.record@1", actor=stranger, text="x", needs=[str(uuid7())])
    tablet.receipts_of([op])
    status, problem = supervisor.call("POST", f"quarantine/{op['id']}/replay")
    assert (status, problem["detail"]) == (400, "it still waits for another op or its checklist")


def test_bytes_without_a_site_are_for_who_answers_for_every_site(
    server: Server, tablet: Tablet, supervisor: Desk, admin: Desk
):
    receipt = tablet.receipts_of([{"id": str(uuid7()), "nonsense": True}])[0]
    op = receipt["id"]
    assert supervisor.call("GET", f"quarantine/{op}")[0] == 404
    found = admin.get(f"quarantine/{op}")
    assert (found["item"]["site"], found["schema"]) == (None, None)
    status, _ = admin.call("POST", f"quarantine/{op}/repair", {"op": {"payload": {}}})
    assert status == 400


# What admission alone decides


def test_a_role_on_one_site_is_none_on_the_other(server: Server, company: Company):
    elsewhere = server.do(lambda s: add_person(s, Role.INSPECTOR, {company.other_site}))
    shared = enrol_tablet(server, [company.inspector, elsewhere], company.site)
    receipt = shared.receipts_of([shared.op("feedback.record@1", actor=elsewhere, text="x")])[0]
    assert receipt["reason"] == "not-permitted"


def test_only_a_walks_ops_outlive_the_loss_of_a_site(server: Server, company: Company):
    user = server.do(lambda s: add_person(s, Role.INSPECTOR, {company.site}))
    tablet = enrol_tablet(server, [user], company.site)
    walk = str(uuid7())
    start = tablet.op("inspection.start@1", subject={"kind": "inspection", "id": walk})
    result = tablet.op("result.record@1", inspection=walk, item="floor", outcome="pass")
    tablet.receipts_of([start, result])
    grants = server.look(lambda s: people.grants(s, user))
    server.do(lambda s: setup.revoke_grant(s, grants[0][0], setup.SYSTEM, server.clock()))
    base = [result["id"]]
    void = tablet.op("record.void@1", subject=result["subject"], base=base, reason="wrong item")
    loose = tablet.op("feedback.record@1", text="no walk at all")
    first, second = tablet.receipts_of([void, loose])
    assert (first["status"], first["marks"][0]) == ("applied", "late-scope")
    assert second["reason"] == "out-of-scope"


def test_an_op_that_nests_too_deep_is_quarantined(tablet: Tablet):
    op = tablet.op("feedback.record@1", text="x")
    deep: Any = []
    for _ in range(80):
        deep = [deep]
    receipt = tablet.receipts_of([{**op, "later": deep}])[0]
    assert (receipt["status"], receipt["reason"]) == ("quarantined", "schema")


def test_without_a_clock_whoever_was_not_told_of_the_loss_may_go_on(
    server: Server, company: Company
):
    user = server.do(lambda s: add_person(s, Role.INSPECTOR, {company.site, company.other_site}))
    tablet = enrol_tablet(server, [user], company.site)
    _, cursor = tablet.pull_all()
    grants = server.look(lambda s: people.grants(s, user))
    server.do(lambda s: setup.revoke_grant(s, grants[0][0], setup.SYSTEM, server.clock()))
    begun, later = (
        tablet.op("inspection.start@1", subject={"kind": "inspection", "id": str(uuid7())})
        for _ in range(2)
    )
    assert tablet.receipts_of([begun])[0]["marks"] == ["late-scope"]
    for _ in range(2):
        cursor = tablet.pull_all(cursor)[1]
    assert tablet.receipts_of([later])[0]["reason"] == "out-of-scope"
