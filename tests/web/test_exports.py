"""Exports over the API: looked at, asked for, fetched, pulled page by page, acknowledged."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.export.delivering import MANIFEST, Office, delivering, folder
from tests.factories import add_person, sign_in
from tests.web.desks import slug

from fieldops.flow import exportlinks
from fieldops.flow.exportlinks import ExportLink
from fieldops.model.access import Level, Role
from fieldops.store import audit, exports
from fieldops.store.exports import Run
from fieldops_sync.ids import uuid7

API = "/api/v1/exports"
OFFICE = {"level": 2, "purpose": "contract reporting", "formats": ["csv", "jsonl"]}
LOCAL = {"name": "local", "kind": "pull", "schedule": "", "formats": ["jsonl"]}


class Desk:
    """Somebody of head office at the API."""

    def __init__(self, office: Office, role: Role, level: Level = Level.L2) -> None:
        self.office = office
        self.user: UUID = office.server.do(lambda s: add_person(s, role, None, level=level))
        self.headers = sign_in(office.server, self.user)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        client, told = self.office.server.client, self.headers | headers
        return client.request(method, f"{API}{path}", json=body, headers=told)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, **headers)


@pytest.fixture
def office(sqlite_database: str, tmp_path: Path) -> Iterator[Office]:
    places = folder("office", tmp_path / "out", **OFFICE), LOCAL
    with delivering(sqlite_database, tmp_path, *places) as made:
        made.write(3)
        yield made


@pytest.fixture
def run(office: Office) -> Run:
    office.night()
    return office.runs("office")[0]


@pytest.fixture
def exporter(office: Office) -> Desk:
    return Desk(office, Role.EXPORTER)


def actions(office: Office) -> list[str]:
    return [one.action for one in office.server.look(lambda s: audit.latest(s, 50, "export."))]


def test_head_office_fetches_a_run_and_acknowledges_it(
    office: Office, run: Run, exporter: Desk, tmp_path: Path
):
    listed = exporter.get("?destination=office").json()["items"]
    assert [one["id"] for one in listed] == [str(run.id)]
    place = exporter.get("/destinations").json()[0]
    assert (place["name"], place["watermark"], place["last"]["step"]) == ("office", 0, "accept")
    manifest = exporter.get(f"/{run.id}/file?path={MANIFEST}")
    assert sha256(manifest.content).hexdigest() == run.manifest
    for one in manifest.json()["resources"]:
        whole = exporter.get(f"/{run.id}/file?path={one['path']}")
        assert whole.content == (tmp_path / "out" / run.name / one["path"]).read_bytes()
        assert sha256(whole.content).hexdigest() == one["hash"].removeprefix("sha256:")
    said = {"manifest_sha256": run.manifest.upper()}
    for _ in range(2):
        accepted = exporter.ask("POST", f"/{run.id}/ack", said)
        assert (accepted.status_code, accepted.json()["step"]) == (200, "done")
    assert office.watermark("office") == run.until
    shown = exporter.get(f"/{run.id}").json()
    assert [one["actor"] for one in shown["acks"]] == [str(exporter.user)]


def test_files_come_in_parts_with_a_tag_and_once_in_the_audit(
    office: Office, run: Run, exporter: Desk
):
    path = f"/{run.id}/file?path=sites.jsonl"
    whole = exporter.get(path)
    part = exporter.get(path, range="bytes=2-5")
    assert (part.status_code, part.content) == (206, whole.content[2:6])
    assert part.headers["content-range"] == f"bytes 2-5/{len(whole.content)}"
    assert exporter.get(path, **{"if-none-match": whole.headers["etag"]}).status_code == 304
    head = exporter.ask("HEAD", path)
    assert head.headers["content-length"] == str(len(whole.content))
    assert slug(exporter.get(path, range="bytes=999999-")) == "range-not-satisfiable"
    assert actions(office).count("export.fetch") == 1
    entry = office.server.look(lambda s: audit.latest(s, 1, "export.fetch"))[0]
    assert (entry.actor, entry.detail["level"]) == (exporter.user, 2)
    office.server.clock.forward(2)
    exporter.headers = sign_in(office.server, exporter.user)
    exporter.get(path)
    assert actions(office).count("export.fetch") == 2


def test_only_what_the_manifest_names_is_served(office: Office, run: Run, exporter: Desk):
    for path in ("../../../fieldops.db", "/etc/passwd", "", "sites.xlsx", ".", "%2e%2e/x"):
        assert slug(exporter.get(f"/{run.id}/file?path={path}")) == "not-found", path
    assert slug(exporter.get(f"/{uuid7()}/file?path={MANIFEST}")) == "not-found"


def test_who_holds_a_lower_level_gets_no_file_and_no_page(office: Office, run: Run):
    low = Desk(office, Role.EXPORTER, Level.L1)
    assert slug(low.get(f"/{run.id}/file?path={MANIFEST}")) == "forbidden"
    assert slug(low.get("/pull/sites?destination=office")) == "forbidden"
    assert actions(office).count("export.fetch") == 0


def test_a_pull_gives_the_same_lines_page_by_page(office: Office, run: Run, exporter: Desk):
    whole = exporter.get(f"/{run.id}/file?path=sites.jsonl").content
    found, address = b"", "/pull/sites?destination=office&limit=2"
    pages = 0
    while address:
        page = exporter.get(address)
        assert page.headers["fieldops-manifest"] == run.manifest
        found, pages = found + page.content, pages + 1
        cursor = page.headers.get("fieldops-cursor")
        # A newer run does not come in between.
        if pages == 1:
            office.write(1)
            office.night()
            exporter.headers = sign_in(office.server, exporter.user)
        address = f"/pull/sites?destination=office&limit=2&cursor={cursor}" if cursor else ""
    assert found == whole
    assert pages == len(whole.splitlines()) // 2 + 1
    newer = exporter.get("/pull/sites?destination=office").headers["fieldops-run"]
    assert newer == str(office.runs("office")[1].id)
    assert slug(exporter.get("/pull/sites?destination=office&cursor=x")) == "validation"
    assert slug(exporter.get("/pull/nothing?destination=office")) == "not-found"
    assert slug(exporter.get("/pull/sites?destination=nobody")) == "not-found"


def test_a_wrong_hash_is_refused_and_kept_on_record(office: Office, run: Run, exporter: Desk):
    wrong = {"manifest_sha256": "0" * 64}
    assert slug(exporter.ask("POST", f"/{run.id}/ack", wrong)) == "manifest-mismatch"
    assert slug(exporter.ask("POST", f"/{run.id}/ack", {"manifest_sha256": "x"})) == "validation"
    assert office.watermark("office") == 0
    said = exporter.get(f"/{run.id}").json()["acks"]
    assert [(one["manifest_sha256"], one["taken"]) for one in said] == [("0" * 64, False)]
    assert slug(exporter.ask("POST", f"/{uuid7()}/ack", wrong)) == "not-found"


def test_a_run_is_asked_for_and_made_by_the_worker(office: Office, exporter: Desk):
    asked = exporter.ask("POST", "", {"destination": "local", "kind": "full"})
    assert (asked.status_code, asked.json()["step"]) == (202, "write")
    made = UUID(asked.json()["id"])
    early = exporter.ask("POST", f"/{made}/ack", {"manifest_sha256": "0" * 64})
    assert slug(early) == "export-not-arrived"
    assert slug(exporter.ask("POST", f"/{made}/redeliver")) == "export-not-arrived"
    assert slug(exporter.get(f"/{made}/file?path={MANIFEST}")) == "export-removed"
    office.step()
    done = exporter.get(f"/{made}").json()
    assert (done["step"], done["rows"] > 0) == ("accept", True)
    said = {"manifest_sha256": done["manifest_sha256"]}
    assert exporter.ask("POST", f"/{made}/ack", said).json()["step"] == "done"
    again = exporter.ask("POST", f"/{made}/redeliver")
    assert (again.status_code, again.json()["step"]) == (202, "deliver")
    assert actions(office)[:3] == ["export.redeliver", "export.accept", "export.deliver"]


def test_a_run_that_cannot_be_is_not_made(office: Office, exporter: Desk):
    unknown = exporter.ask("POST", "", {"destination": "nobody"})
    assert slug(unknown) == "destination-unknown"
    backwards = {"destination": "local", "kind": "backfill", "from_day": "2026-11-02"}
    assert slug(exporter.ask("POST", "", backwards)) == "validation"
    asked = exporter.ask("POST", "", backwards | {"to_day": "2026-11-03"}).json()
    assert (asked["kind"], asked["after"]) == ("backfill", 0)
    job, now_ms = exports.claim, office.server.clock()
    hour_ms = 3_600_000
    office.server.do(lambda s: job(s, UUID(asked["id"]), "me", now_ms, now_ms + hour_ms))
    office.server.clock.forward(0.01)
    again = exporter.ask("POST", "", {"destination": "local"})
    assert slug(again) == "export-under-way"


def test_a_signed_link_opens_one_file_for_a_while(office: Office, run: Run):
    core, now_s = office.server.core, office.server.clock() // 1000
    link = ExportLink(run.id, "sites.jsonl", now_s + 60)
    address = exportlinks.address(core.secret, link)
    client = office.server.client
    assert client.get(address).content.count(b"\n") > 0
    entry = office.server.look(lambda s: audit.latest(s, 1, "export.fetch"))[0]
    assert (entry.actor, entry.detail["by"]) == (None, "link")
    changed = (
        address.replace("sites", "results"),
        address.replace(str(run.id), str(uuid7())),
        address.replace(f"={now_s + 60}", f"={now_s + 61}"),
        address.replace(f"={now_s + 60}", "=9" * 30),
        address.replace("signature=", "signature=x"),
        address.partition("&signature")[0],
    )
    for other in changed:
        assert slug(client.get(other)) == "link-invalid", other
    office.server.clock.forward(1)
    assert slug(client.get(address)) == "link-invalid"


def test_a_link_opens_nothing_that_the_destination_may_not_have_by_now(office: Office, run: Run):
    core, client = office.server.core, office.server.client
    link = ExportLink(run.id, "sites.jsonl", office.server.clock() // 1000 + 60)
    address = exportlinks.address(core.secret, link)
    assert client.get(address).status_code == 200
    lower = core.settings.export.destinations[0].model_copy(update={"level": 1})
    for places in ((lower,), ()):
        export = core.settings.export.model_copy(update={"destinations": places})
        core.settings = core.settings.model_copy(update={"export": export})
        assert slug(client.get(address)) == "link-invalid"


def test_nobody_else_may_fetch(office: Office, run: Run):
    for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.OPS):
        desk = Desk(office, role, Level.L3)
        assert slug(desk.get(f"/{run.id}/file?path={MANIFEST}")) == "forbidden"
        assert desk.get(f"/{run.id}").status_code == 200
