"""The contact sheet of an inspection: a zip made on the fly, with a page that anyone can open."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs
from tests import servers
from tests.factories import (
    Company,
    Server,
    add_person,
    enrol_tablet,
    found_company,
    make_op,
    running,
    sign_in,
)
from tests.gallery import Gallery, Shot, blob_of, claimed

from fieldops.flow.contactpage import texts
from fieldops.flow.contactsheet import Sheet, gather
from fieldops.flow.contactzip import Making
from fieldops.flow.enter import enter_server, server_op
from fieldops.model.access import Role
from fieldops.model.answertypes import LANGUAGES
from fieldops.model.problem import problem
from fieldops.store import audit, people

CHECKLIST = """
key = "plant"
version = "2.1"
domain = "facilities"
titles = { zh-CN = "设备机房", en = "Plant rooms" }
[[sections]]
key = "pumps"
titles = { zh-CN = "水泵房", en = "Pump room" }
[[sections.items]]
key = "floor"
titles = { zh-CN = "地面无积水", en = "No water on the floor" }
measure = { zh-CN = "目测。", en = "By eye." }
[[sections.items]]
key = "seal"
titles = { zh-CN = "泵轴密封", en = "Shaft seal" }
measure = { zh-CN = "目测。", en = "By eye." }
answer = { type = "single", choices = [
  { key = "dry", titles = { zh-CN = "干燥", en = "Dry" } },
  { key = "leaks", titles = { zh-CN = "渗漏", en = "Leaks" }, fails = true } ] }
[[sections]]
key = "power"
titles = { zh-CN = "配电室", en = "Switch room" }
[[sections.items]]
key = "gloves"
titles = { zh-CN = "绝缘手套在有效期内", en = "Insulating gloves in date" }
measure = { zh-CN = "查看标签。", en = "Read the label." }
[[examples]]
titles = { zh-CN = "合格", en = "In order" }
date = "2026-11-21"
rest = "pass"
answers = { seal = "dry" }
score = 100
passed = true
"""
HOSTILE = '"><script src=https://evil.example/x.js></script><img src=x onerror=alert(1)>\u202e&amp;'
NOTE = {
    "code": "blurred",
    "titles": {"zh-CN": "照片模糊", "en": "The photo is blurred"},
    "weight": 20,
    "evidence": {"sharpness": "12.5"},
}


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with running(database_url, tmp_path) as started:
        yield started


@pytest.fixture
def company(server: Server) -> Company:
    return found_company(server, CHECKLIST)


@pytest.fixture
def gallery(server: Server, company: Company) -> Gallery:
    return begun(server, company)


def begun(server: Server, company: Company) -> Gallery:
    """A walk by the checklist, with an answer to each of its items."""
    tablet = enrol_tablet(server, [company.inspector], company.site)
    gallery = Gallery(server, tablet)
    subject = {"kind": "inspection", "id": gallery.walk}
    answers = {
        "floor": ("pass", ""),
        "seal": ("leaks", "滴漏约每分钟 3 滴"),
        "gloves": ("fail", ""),
    }
    ops = [tablet.op("inspection.start@1", subject=subject, **{"def": company.definition})]
    for item, (value, note) in answers.items():
        more = {"note": note} if note else {}
        payload = {"inspection": gallery.walk, "item": item, "value": value, **more}
        ops.append(tablet.op("result.record@1", payload=payload, **{"def": company.definition}))
    assert {one["status"] for one in tablet.receipts_of(ops)} == {"applied"}
    return gallery


def note(gallery: Gallery, shot: Shot, **found: Any) -> None:
    """The server's readers have found something about a photo."""
    op = server_op(
        "photo.note@1", ("photo", UUID(shot.record)), gallery.tablet.site, "evidence", found
    )
    gallery.server.do(lambda s: enter_server(s, [op], gallery.server.clock()))


def fetch(server: Server, company: Company, gallery: Gallery, query: str = "") -> Any:
    address = f"/api/v1/inspections/{gallery.walk}/contact-sheet{query}"
    return server.client.get(address, headers=sign_in(server, company.supervisor))


def opened(answer: Any) -> zipfile.ZipFile:
    assert answer.status_code == 200, answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


class Page(HTMLParser):
    """What a browser would make of the page: elements with attributes, and the text."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(archive.read("index.html").decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join(self.words)


def test_a_sheet_holds_every_photo_in_the_order_of_the_checklist(
    server: Server, company: Company, gallery: Gallery
):
    gloves, floor, loose = gallery.shoot("gloves"), gallery.shoot("floor"), gallery.shoot("other")
    answer = fetch(server, company, gallery)
    assert answer.headers["content-type"] == "application/zip"
    named = f'attachment; filename="contact-sheet-2026-11-21-{gallery.walk[:8]}.zip"'
    assert answer.headers["content-disposition"] == named
    archive = opened(answer)
    wanted = [("floor", floor), ("gloves", gloves), ("other", loose)]
    names = []
    for number, (item, shot) in enumerate(wanted, 1):
        stem = f"{number:04}-{item}-{shot.sha256[:12]}"
        names += [f"photos/{stem}.jpg", f"thumbs/{stem}.webp"]
        assert archive.read(names[-2]) == shot.view
        assert archive.read(names[-1]) == shot.thumb
    assert archive.namelist() == [*names, "index.html", "manifest.json"]
    page = Page(archive)
    assert [one["href"] for one in page.of("a")] == names[::2]
    assert [one["src"] for one in page.of("img")] == names[1::2]
    order = [
        page.text.index(word) for word in ("水泵房", "泵轴密封", "配电室", "绝缘手套", "other")
    ]
    assert order == sorted(order)
    for word in (
        "翠湖花园",
        "设备机房",
        "Plant rooms",
        "渗漏",
        "Leaks",
        "滴漏",
        "Photos of no item",
    ):
        assert word in page.text, word


def test_the_manifest_has_every_hash(server: Server, company: Company, gallery: Gallery):
    here, awaited = gallery.shoot("floor"), gallery.take("floor")
    archive = opened(fetch(server, company, gallery, "?originals=true"))
    manifest = json.loads(archive.read("manifest.json"))
    assert set(manifest["files"]) == set(archive.namelist()) - {"manifest.json"}
    for name, told in manifest["files"].items():
        data = archive.read(name)
        assert told == {"sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data)}, name
    by_hash = {one["sha256"]: one for one in manifest["photos"]}
    assert set(by_hash[here.sha256]["files"]) == {"original", "view", "thumb"}
    assert archive.read(by_hash[here.sha256]["files"]["original"]) == here.data
    assert by_hash[awaited.sha256]["state"] == "awaited"
    assert by_hash[awaited.sha256]["files"] == {}
    assert UUID(manifest["inspection"]) == UUID(gallery.walk)


def test_what_is_not_there_keeps_its_place(server: Server, company: Company, gallery: Gallery):
    gallery.take("floor")
    gallery.give_up(gallery.send(gallery.take("floor", data=b"no picture")), "format")
    gallery.send(gallery.take("floor", data=b"not looked at"))
    waived, voided = gallery.take("floor"), gallery.shoot("floor")
    tablet = gallery.tablet
    subject = {"kind": "photo", "id": voided.record}
    tablet.receipts_of([tablet.op("record.void@1", subject=subject, reason="拍错了")])
    ops = {"ops": [desk_op(gallery, company, "photo.waive@1", waived, reason="平板丢失")]}
    server.client.post("/api/v1/ops", json=ops, headers=sign_in(server, company.supervisor))
    page = Page(opened(fetch(server, company, gallery)))
    for word in (
        "Not arrived yet",
        "1 announced but not arrived yet",
        "Cannot be shown as a picture",
        "Picture not made yet",
        "拍错了",
        "平板丢失",
        "3 / 5",
    ):
        assert word in page.text, word
    assert len(page.of("figure")) == 5


def desk_op(gallery: Gallery, company: Company, type_: str, shot: Shot, **payload: Any) -> Any:
    subject = {"kind": "photo", "id": shot.record}
    return make_op(type_, gallery.tablet.site, company.supervisor, subject=subject, payload=payload)


def test_what_was_found_about_a_photo_stands_beside_it(
    server: Server, company: Company, gallery: Gallery
):
    shot = gallery.shoot("floor", caption="泵 2 号", taken=claimed(), role="before")
    note(gallery, shot, notes=[NOTE], risk=62)
    page = Page(opened(fetch(server, company, gallery)))
    for word in ("照片模糊", "The photo is blurred", "sharpness 12.5", "泵 2 号", "Before", "62"):
        assert word in page.text, word
    assert "2026-11-21 19:58" in page.text
    assert ("span", {"class": "risk high"}) in page.elements


def test_a_sheet_names_no_other_site(server: Server, company: Company, gallery: Gallery):
    """Not even to somebody who may see that site: a sheet is handed on."""
    shot = gallery.shoot("floor")
    here, there = str(company.site), str(company.other_site)
    found = [{**NOTE, "evidence": {"site": site, "photo": site}} for site in (here, there)]
    note(gallery, shot, notes=found, risk=40)
    everywhere = server.do(lambda s: add_person(s, Role.AUDITOR, None))
    address = f"/api/v1/inspections/{gallery.walk}/contact-sheet"
    page = Page(opened(server.client.get(address, headers=sign_in(server, everywhere))))
    assert here in page.text
    assert there not in page.text
    assert "used elsewhere" in page.text


def test_hostile_words_stay_words(server: Server, company: Company, gallery: Gallery):
    shot = gallery.shoot("floor", caption=HOSTILE, taken=claimed(HOSTILE[-40:]))
    gallery.take(HOSTILE, repeat=HOSTILE)
    titles = {"zh-CN": HOSTILE, "en": HOSTILE}
    evil = {**NOTE, "titles": titles, "evidence": {HOSTILE: HOSTILE}}
    note(gallery, shot, notes=[evil], risk=1)
    archive = opened(fetch(server, company, gallery, "?originals=true"))
    page = Page(archive)
    assert page.of("script") == []
    assert len(page.of("img")) == 1
    assert all(not name.startswith("on") for _, given in page.elements for name in given)
    addresses = [given.get(name) for _, given in page.elements for name in ("href", "src")]
    for address in filter(None, addresses):
        assert re.fullmatch(r"(photos|thumbs|originals)/[A-Za-z0-9_.-]+", address)
        assert address in archive.namelist()
    assert "\u202e" not in page.text
    assert page.text.count("<script src=https://evil.example/x.js>") >= 5
    policy = page.of("meta")[1]["content"]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_nothing_on_the_page_tells_where_a_photo_was_taken(
    server: Server, company: Company, gallery: Gallery
):
    place = {"latitude": "31.230416", "longitude": "121.473701", "accuracy_m": "5"}
    shot = gallery.shoot("floor", **place)
    facts = {"verdict": "decoded", "latitude": "31.230416", "longitude": "121.473701"}
    note(gallery, shot, picture=facts)
    archive = opened(fetch(server, company, gallery))
    for name in ("index.html", "manifest.json"):
        text = archive.read(name).decode()
        assert "31.23" not in text
        assert "121.47" not in text


def test_the_same_state_gives_the_same_bytes(server: Server, company: Company, gallery: Gallery):
    for item in ("floor", "seal", "other"):
        gallery.shoot(item, caption="一")
    first = fetch(server, company, gallery, "?originals=true").content
    server.clock.forward(30)
    assert fetch(server, company, gallery, "?originals=true").content == first


def test_the_same_bytes_are_one_file(server: Server, company: Company, gallery: Gallery):
    shot = gallery.shoot("floor")
    gallery.take("seal", data=shot.data)
    archive = opened(fetch(server, company, gallery))
    assert len(archive.namelist()) == 4
    assert len(Page(archive).of("img")) == 2


def test_a_photo_that_only_a_result_names(server: Server, company: Company, gallery: Gallery):
    data = b"\xff\xd8\xff named by a result"
    sha256 = hashlib.sha256(data).hexdigest()
    payload = {"inspection": gallery.walk, "item": "floor", "photos": [sha256]}
    op = gallery.tablet.op("result.record@1", payload=payload, media=[sha256])
    gallery.tablet.receipts_of([op])
    page = Page(opened(fetch(server, company, gallery)))
    assert "Not arrived yet" in page.text
    gallery.send(Shot(data, ""))
    archive = opened(fetch(server, company, gallery, "?originals=true"))
    assert archive.read(f"originals/0001-floor-{sha256[:12]}.bin") == data


def test_a_walk_whose_checklist_is_not_published(server: Server, company: Company):
    gallery = Gallery(server, enrol_tablet(server, [company.inspector], company.site))
    gallery.shoot("floor", repeat="2")
    page = Page(opened(fetch(server, company, gallery)))
    assert "The checklist is not published" in page.text
    assert "floor (2)" in page.text


def test_a_sheet_is_on_record(server: Server, company: Company, gallery: Gallery):
    gallery.shoot("floor")
    fetch(server, company, gallery)
    fetch(server, company, gallery, "?originals=true")
    found = server.look(lambda s: audit.latest(s, 10, "sheet."))
    assert [one.detail for one in found] == [
        {"photos": 1, "originals": True},
        {"photos": 1, "originals": False},
    ]
    assert {(one.actor, one.subject) for one in found} == {(company.supervisor, UUID(gallery.walk))}


def test_what_is_foreign_or_no_inspection(server: Server, company: Company, gallery: Gallery):
    shot = gallery.shoot("floor")
    elsewhere = server.do(lambda s: add_person(s, Role.SUPERVISOR, {company.other_site}))
    mine = sign_in(server, company.supervisor)
    for subject, headers in (
        (gallery.walk, sign_in(server, elsewhere)),
        (shot.record, mine),
        (str(company.site), mine),
        (str(uuid4()), mine),
    ):
        address = f"/api/v1/inspections/{subject}/contact-sheet"
        answer = server.client.get(address, headers=headers)
        assert (answer.status_code, answer.json()["title"]) == (404, not_found()), subject


def not_found() -> str:
    return problem("not-found").title


def test_missing_and_damaged_files_are_told(server: Server, company: Company, gallery: Gallery):
    whole, gone, hurt, short = (gallery.shoot("floor") for _ in range(4))
    blob_of(server, gone.sha256).unlink()
    place = blob_of(server, hurt.sha256)
    place.write_bytes(hurt.data[:-1] + bytes([hurt.data[-1] ^ 1]))
    blob_of(server, short.sha256).write_bytes(short.data[:1000])
    blob_of(server, hashlib.sha256(whole.thumb).hexdigest()).unlink()
    with capture_logs() as logs:
        archive = opened(fetch(server, company, gallery, "?originals=true"))
    assert len([line for line in logs if line["log_level"] == "error"]) == 4
    manifest = json.loads(archive.read("manifest.json"))
    states = {one["sha256"]: one["state"] for one in manifest["photos"]}
    assert states[whole.sha256] == "ready"
    assert {states[one.sha256] for one in (gone, hurt, short)} == {"missing"}
    listed = {told["sha256"] for told in manifest["files"].values()}
    assert not listed & {gone.sha256, hurt.sha256, short.sha256}
    page = Page(archive)
    assert "1 / 4" in page.text
    assert "Picture not made yet" in page.text


@pytest.mark.parametrize("kind", ["disk", "s3"])
def test_from_every_store(
    sqlite_database: str, tmp_path: Path, request: pytest.FixtureRequest, kind: str
):
    blobs: dict[str, Any] = {"kind": kind}
    if kind == "s3":
        note: servers.Note = request.getfixturevalue("s3_server")
        blobs |= {name: note[name] for name in ("endpoint", "access_key", "secret_key")}
        blobs |= {"bucket": request.getfixturevalue("s3_bucket"), "secure": False}
    with running(sqlite_database, tmp_path, blobs=blobs) as server:
        company = found_company(server, CHECKLIST)
        gallery = begun(server, company)
        shots = [gallery.shoot("floor") for _ in range(3)]
        archive = opened(fetch(server, company, gallery, "?originals=true"))
        for shot in shots:
            (name,) = (
                one
                for one in archive.namelist()
                if one.startswith("orig") and shot.sha256[:12] in one
            )
            assert archive.read(name) == shot.data


def test_a_store_that_is_down_says_so(server: Server, company: Company, gallery: Gallery):
    shot = gallery.shoot("floor")
    folder = blob_of(server, hashlib.sha256(shot.view).hexdigest()).parent
    inside = folder.rename(folder.with_suffix(".away"))
    folder.write_text("a file where a folder was")
    with capture_logs():
        answer = fetch(server, company, gallery)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    folder.unlink()
    inside.rename(folder)
    opened(fetch(server, company, gallery))


def test_a_sheet_is_never_whole_in_memory(server: Server, company: Company, gallery: Gallery):
    """However large the originals are, no piece of the zip is; and more than 4 GiB is a zip."""
    for _ in range(4):
        gallery.send(gallery.take("floor", data=uuid4().bytes * 100_000))
    sheet = sheet_of(server, company, gallery)
    sizes = [len(piece) for piece in Making(sheet, server.core.blobs, True).stream()]
    assert sum(sizes) > 6_400_000
    assert max(sizes) < 300_000


def sheet_of(server: Server, company: Company, gallery: Gallery) -> Sheet:
    who = server.look(lambda s: person_of(s, company.supervisor))
    return server.look(lambda s: gather(s, who, UUID(gallery.walk), server.clock()))


def person_of(session: Any, user: UUID) -> Any:
    return people.people(session, [user])[user]


def test_a_sheet_that_nobody_takes_to_its_end_closes_its_files(
    server: Server, company: Company, gallery: Gallery
):
    gallery.shoot("floor")
    sheet = sheet_of(server, company, gallery)
    files: list[Any] = []

    class Watched:
        def get(self, sha256: str) -> Any:
            files.append(server.core.blobs.get(sha256))
            return files[-1]

    watched: Any = Watched()
    stream = Making(sheet, watched).stream()
    next(stream)
    stream.close()
    assert [file.closed for file in files] == [True]


def test_every_text_of_the_page_has_both_languages():
    found = list(texts())
    assert len(found) > 10
    assert all(one[language] for one in found for language in LANGUAGES)
