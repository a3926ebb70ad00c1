"""The public form: sent by anybody, once a slip, not too often; a real browser's multipart."""

import re
from collections.abc import Iterator
from hashlib import sha256
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session
from tests.databases import lay_sqlite
from tests.factories import Company, Server, add_person, found_company, running, sign_in
from tests.gallery import jpeg

from fieldops.flow import forms
from fieldops.flow.follow import step
from fieldops.flow.formtexts import TEXTS
from fieldops.flow.pictures import PictureReader
from fieldops.flow.react import DirectHandin
from fieldops.flow.setup import SYSTEM
from fieldops.model.access import Level, Role
from fieldops.model.record import State
from fieldops.pictures.box import Box
from fieldops.rules.consent import DEFAULT, consent_sha256
from fieldops.store import batch, media, records
from fieldops_sync.ids import actor_id

HTML = {"accept": "text/html", "accept-language": "en"}
JPEG = b"\xff\xd8\xff\xe0" + b"x" * 1000
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 1000
HEIC = b"\0\0\0\x18ftypheic" + b"x" * 1000
TOO_BUSY = "urn:fieldops:problem:too-busy"
ENTRY = {"nature": "complaint", "text": "路灯不亮\r\n三天了", "consent": "yes"}


_phones = count(1)


def new_address() -> str:
    """An address of the network that nobody has sent from yet."""
    return str(ip_address("10.0.0.0") + next(_phones))


class Wall:
    """A site whose form hangs on the wall, and a phone that opens it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.company: Company = found_company(server)
        self.token = self.hang()
        # Each phone has an address of its own: what is counted by it starts anew.
        self.phone: dict[str, str] = {**HTML, "x-forwarded-for": new_address()}

    def hang(self) -> str:
        site, now_ms = self.company.site, self.server.clock()
        return self.server.do(lambda s: forms.add(s, site, "大堂", SYSTEM, now_ms)).token

    def open(self, **headers: str) -> Any:
        return self.server.client.get(f"/f/{self.token}", headers={**self.phone, **headers})

    def slip(self) -> str:
        found = re.search(r'name="slip" value="([^"]+)"', self.open().text)
        assert found is not None
        return found[1]

    def send(self, photo: bytes | None = None, **fields: str) -> Any:
        return self.send_all([] if photo is None else [("photo", photo)], **fields)

    def send_all(self, photos: list[tuple[str, bytes]], **fields: str) -> Any:
        given = {"slip": self.slip(), **ENTRY, **fields}
        files: list[tuple[str, Any]] = [
            (name, (None, value)) for name, value in given.items() if value
        ]
        files += [("photo", photo) for photo in photos]
        return self.server.client.post(
            f"/f/{self.token}", files=files, headers=self.phone, follow_redirects=False
        )

    def entries(self) -> list[State]:
        site = self.company.site
        return self.server.look(lambda s: list(records.of_kind(s, [site], "feedback")))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("forms")
    url = lay_sqlite(folder / "fieldops.db")
    limits = {"form_hour": 12, "address_hour": 5, "photo_mb": 1}
    with running(url, folder, forms=limits) as started:
        asgi: Any = started.app

        async def behind_a_proxy(scope: Any, receive: Any, send: Any) -> None:
            await asgi({**scope, "client": ("127.0.0.1", 7)}, receive, send)

        started.client.app = behind_a_proxy
        yield started


@pytest.fixture
def wall(server: Server) -> Wall:
    return Wall(server)


def test_an_anonymous_complaint_and_its_number(wall: Wall) -> None:
    answer = wall.send()
    assert answer.status_code == 303
    thanks = wall.server.client.get(answer.headers["location"], headers=wall.phone)
    assert thanks.status_code == 200
    (entry,) = wall.entries()
    assert entry.body["reference"] in thanks.text
    assert re.fullmatch(r"[A-Z2-7]{4}-[A-Z2-7]{4}", entry.body["reference"])
    assert entry.body["text"] == "路灯不亮\n三天了"
    assert entry.body["by"] == str(actor_id("public-form"))
    assert entry.body["consent_version"] == consent_sha256(DEFAULT)
    assert entry.body["clock"]["answer_by"]  # timed at once
    assert not {"contact", "ratings", "photos"} & entry.body.keys()
    switch = re.search(r'href="([^"]+)" lang="zh-CN"', thanks.text)
    assert switch is not None
    address = answer.headers["location"].split("?")[0] + switch[1].replace("&amp;", "&")
    other = wall.server.client.get(address, headers=wall.phone)
    assert entry.body["reference"] in other.text
    assert TEXTS["thanks"]["zh-CN"] in other.text
    forged = f"/f/{wall.token}/thanks?number=AAAA-AAAA&seal=x"
    assert wall.server.client.get(forged, headers=wall.phone).status_code == 404


def test_everything_that_can_be_said(wall: Wall) -> None:
    rated = {"tangibles-perceived": "4", "tangibles-expected": "5", "empathy-expected": "3"}
    contact = {"name": "王芳", "phone": "13800138000", "unit": " 3-1202 "}
    assert wall.send(JPEG, **rated, **contact).status_code == 303
    (entry,) = wall.entries()
    assert entry.body["ratings"] == {"tangibles": {"perceived": 4, "expected": 5}}
    assert entry.body["contact"] == {"name": "王芳", "phone": "13800138000", "unit": "3-1202"}
    (named,) = entry.body["photos"]
    key = bytes.fromhex(named)
    row = wall.server.look(lambda s: media.get(s, [key]))[key]
    assert (row.state, row.mime, row.size_bytes) == ("stored", "image/jpeg", len(JPEG))
    with wall.server.core.blobs.get(named) as stored:
        assert stored.read() == JPEG
    (ref,) = wall.server.look(lambda s: media.refs(s, [key]))[key]
    assert (ref.is_owed, ref.is_proven) == (False, True)


def test_a_resident_s_photo_is_seen_as_any_and_its_original_by_level_3(wall: Wall) -> None:
    server, site = wall.server, wall.company.site
    data = jpeg(7)
    assert wall.send(data).status_code == 303
    assert wall.send(JPEG).status_code == 303  # Its first bytes say what the rest is not.
    hashes = {one.body["photos"][0] for one in wall.entries()}
    (good,) = {sha256(data).hexdigest()} & hashes
    (broken,) = hashes - {good}
    look_at(server)

    def supervisor(level: Level, at: UUID) -> dict[str, str]:
        user = server.do(lambda s: add_person(s, Role.SUPERVISOR, {at}, level))
        return sign_in(server, user)

    people = {level: supervisor(level, site) for level in (Level.L2, Level.L3)}
    foreign = supervisor(Level.L3, wall.company.other_site)

    def seen(path: str, who: dict[str, str]) -> tuple[int, str]:
        answer = server.client.get(f"/api/v1/photos/{path}", headers=who)
        return answer.status_code, answer.headers["content-type"]

    for token in people.values():
        assert seen(f"{good}/thumb", token) == (200, "image/webp")
        assert seen(f"{good}/view", token) == (200, "image/jpeg")
        undecodable = server.client.get(f"/api/v1/photos/{broken}/view", headers=token).json()
        assert undecodable["type"] == "urn:fieldops:problem:picture-undecodable"
    assert seen(good, people[Level.L2])[0] == 403
    assert seen(good, people[Level.L3]) == (200, "image/jpeg")
    assert seen(f"{good}/thumb", foreign)[0] == 404
    wanted = [{"sha256": good, "kind": kind} for kind in ("thumb", "original")]
    for level, states in ((Level.L2, ["ready", "withheld"]), (Level.L3, ["ready", "ready"])):
        made = server.client.post(
            "/api/v1/photos/links", json={"photos": wanted}, headers=people[level]
        ).json()["links"]
        assert [one["state"] for one in made] == states
        opened = [server.client.get(one["url"]).status_code for one in made if one["url"]]
        assert set(opened) == {200}


def look_at(server: Server) -> None:
    """Let the picture worker follow the log to its end."""
    box = Box()
    try:
        reader = PictureReader(box.look, server.core.blobs)
        handin = DirectHandin(server.core.store, server.clock)
        while step(server.core.store, handin, reader, 3) is not None:
            pass
    finally:
        box.close()


@pytest.mark.parametrize(("photo", "mime"), [(PNG, "image/png"), (HEIC, "image/heic")])
def test_photos_of_other_kinds(wall: Wall, photo: bytes, mime: str) -> None:
    assert wall.send(photo + mime.encode()).status_code == 303
    key = bytes.fromhex(wall.entries()[0].body["photos"][0])
    assert wall.server.look(lambda s: media.get(s, [key]))[key].mime == mime


def test_an_empty_file_field_is_no_photo(wall: Wall) -> None:
    assert wall.send(b"").status_code == 303
    assert "photos" not in wall.entries()[0].body


def test_a_double_click_says_one_thing(wall: Wall) -> None:
    slip = wall.slip()
    first, second = (wall.send(slip=slip, text=text) for text in ("once", "twice"))
    assert first.headers["location"] == second.headers["location"]
    assert [one.body["text"] for one in wall.entries()] == ["once"]


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"nature": "rant"}, "wrong-nature"),
        ({"text": " "}, "wrong-text"),
        ({"text": "\0 \0"}, "wrong-text"),
        ({"text": "x" * 4001}, "wrong-long"),
        ({"nature": "rating"}, "wrong-ratings"),
        ({"consent": "no"}, "wrong-consent"),
        ({"website": "http://spam"}, "wrong-trap"),
        ({"slip": "1.2.3"}, "wrong-slip"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    wall: Wall, fields: dict[str, Any], key: str
) -> None:
    given: dict[str, Any] = {"text": "<b>keep</b>", **fields}
    answer = wall.send(**given)
    assert answer.status_code == 422
    assert TEXTS[key]["en"] in answer.text
    if "text" not in fields:
        assert "&lt;b&gt;keep&lt;/b&gt;" in answer.text
    assert wall.entries() == []


@pytest.mark.parametrize("photo", [b"GIF89a" + b"x" * 100, b"\xff\xd8\xff" + b"x" * 2**20])
def test_a_photo_that_is_none_or_too_large(wall: Wall, photo: bytes) -> None:
    answer = wall.send(photo)
    assert answer.status_code in (413, 422)
    assert TEXTS["wrong-photo"]["en"].replace("{mb}", "1") in answer.text
    assert "三天了" in answer.text
    assert wall.entries() == []


@pytest.mark.parametrize("second", [PNG, b"GIF89a", b"x" * 2**20 + b"x"])
def test_of_two_photos_none_is_taken_and_no_word_is_lost(wall: Wall, second: bytes) -> None:
    answer = wall.send_all([("a", PNG), ("b", second)])
    assert answer.status_code == 422
    assert TEXTS["wrong-photos"]["en"] in answer.text
    assert "三天了" in answer.text
    assert wall.entries() == []


def test_an_empty_file_field_behind_a_photo_is_none(wall: Wall) -> None:
    answer = wall.send_all([("a", PNG), ("", b"")])
    assert answer.status_code == 303
    assert len(wall.entries()[0].body["photos"]) == 1


def test_what_is_far_too_much_is_not_read_to_its_end(wall: Wall) -> None:
    answer = wall.send(b"\xff\xd8\xff" + b"x" * 5 * 2**20)
    assert (answer.status_code, "三天了" in answer.text) == (413, False)
    assert wall.entries() == []


def test_what_is_no_form(wall: Wall) -> None:
    where = f"/f/{wall.token}"
    bounded = {**wall.phone, "content-type": "multipart/form-data; boundary=x"}
    part = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
    for headers, content in (
        (wall.phone, b"{}"),
        (bounded, b"junk"),
        (bounded, part + b"\xff\r\n--x--\r\n"),
        (bounded, part + b"x" * 40_000 + b"\r\n--x--\r\n"),
    ):
        answer = wall.server.client.post(where, headers=headers, content=content)
        assert answer.status_code == 400
        assert TEXTS["wrong-form"]["en"] in answer.text
    assert wall.entries() == []


def test_a_page_that_was_open_for_too_long(server: Server) -> None:
    wall = Wall(server)
    slip = wall.slip()
    server.clock.forward(forms.SLIP_HOURS + 1)
    assert wall.send(slip=slip).status_code == 422
    assert wall.send().status_code == 303


def test_one_address_is_counted_over_all_forms_and_forgotten_with_the_hour(wall: Wall) -> None:
    codes = []
    for _ in range(6):
        codes.append(wall.send().status_code)
        wall.token = wall.hang()
    assert codes == [303] * 5 + [429]
    told = wall.send(PNG, text="keep me")
    assert TEXTS["wrong-often"]["en"] in told.text
    assert TEXTS["photo-again"]["en"] in told.text
    assert "keep me" in told.text
    assert told.headers["retry-after"] == "3600"
    where = f"/f/{wall.token}"
    junk = wall.server.client.post(where, headers=wall.phone, content=b"junk")
    assert (junk.status_code, TEXTS["often"]["en"] in junk.text) == (429, True)
    plain = {**wall.phone, "accept": "application/json"}
    machine = wall.server.client.post(where, headers=plain, content=b"junk").json()
    assert machine["type"] == "urn:fieldops:problem:form-often"
    wall.phone["x-forwarded-for"] = f"{new_address()}, {wall.phone['x-forwarded-for']}"
    assert wall.send().status_code == 429
    wall.server.clock.forward(1)
    assert wall.send().status_code == 303

    def keys(session: Session) -> list[bytes]:
        return [bytes(row[0]) for row in batch.run(session, "SELECT key FROM form_use")]

    found = wall.server.look(keys)
    assert len(found) == 2  # the form's and the phone's of this hour
    assert all(len(one) == 32 for one in found)


def test_one_form_is_counted_over_all_addresses(wall: Wall) -> None:
    codes = []
    for _ in range(13):
        wall.phone["x-forwarded-for"] = new_address()
        codes.append(wall.send().status_code)
    assert codes == [303] * 12 + [429]


def test_a_full_spool_takes_words_and_no_photo(sqlite_database: str, tmp_path: Path) -> None:
    with running(sqlite_database, tmp_path, spool_max_mb=1, forms={"photo_mb": 3}) as server:
        wall = Wall(server)
        answer = wall.send(JPEG + b"x" * 2**20)
        assert (answer.status_code, answer.json()["type"]) == (503, TOO_BUSY)
        assert wall.entries() == []
        assert wall.send().status_code == 303


def test_both_languages_and_what_a_browser_is_told(wall: Wall) -> None:
    english = wall.open()
    assert TEXTS["title"]["en"] in english.text
    assert 'lang="en"' in english.text
    for headers in ({"accept-language": "zh-HK,en"}, {"accept-language": "fr"}):
        assert TEXTS["title"]["zh-CN"] in wall.open(**headers).text
    switched = wall.server.client.get(f"/f/{wall.token}?lang=zh-CN", headers=wall.phone)
    assert TEXTS["title"]["zh-CN"] in switched.text
    assert "<script" not in english.text
    policy = english.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert english.headers["referrer-policy"] == "no-referrer"
    assert english.headers["cache-control"] == "no-store"
    assert all(set(one) == {"zh-CN", "en"} for one in TEXTS.values())


def test_a_withdrawn_address_opens_nothing(wall: Wall) -> None:
    server, company = wall.server, wall.company
    ops = sign_in(server, company.people["ops"])
    where = f"/api/v1/sites/{company.site}/forms"
    server.clock.forward(0.001)
    made = server.client.post(where, json={"name": "门岗", "replace": True}, headers=ops)
    assert made.status_code == 201
    assert wall.open().status_code == 404
    assert TEXTS["gone"]["en"] in wall.open().text
    assert wall.open(accept="application/json").json()["status"] == 404
    listed = server.client.get(where, headers=ops).json()
    assert [one["name"] for one in listed] == ["大堂", "门岗"]
    assert [bool(one.get("withdrawn_ms")) for one in listed] == [True, False]
    wall.token = made.json()["token"]
    poster = server.client.get(f"{where}/{wall.token}/poster", headers=ops)
    assert poster.status_code == 200
    assert f"/f/{wall.token}" in poster.text
    assert "翠湖花园" in poster.text
    other = f"/api/v1/sites/{company.other_site}/forms"
    for foreign in (f"{other}/{wall.token}", f"{where}/nothing"):
        assert server.client.post(f"{foreign}/withdraw", headers=ops).status_code == 404
    assert server.client.post(f"{where}/{wall.token}/withdraw", headers=ops).status_code == 200
    assert server.client.post(f"{where}/{wall.token}/withdraw", headers=ops).status_code == 404
    assert wall.open().status_code == 404
    long = server.client.post(where, json={"name": "x" * 201}, headers=ops)
    assert long.status_code == 400


def test_a_consent_text_has_versions(wall: Wall) -> None:
    server, company = wall.server, wall.company
    ops = sign_in(server, company.people["ops"])
    where = f"/api/v1/sites/{company.site}/consent"
    texts = {"zh-CN": "同意处理。", "en": "You may deal with it."}
    answer = server.client.put(where, json={"texts": texts}, headers=ops)
    assert answer.json() == {"sha256": consent_sha256(texts)}
    assert texts["en"] in wall.open().text
    wall.send()
    assert wall.entries()[0].body["consent_version"] == consent_sha256(texts)
    for bad in ({"zh-CN": "同意"}, {"zh-CN": "同意", "en": " "}):
        assert server.client.put(where, json={"texts": bad}, headers=ops).status_code == 400


def test_two_servers_of_one_database_count_and_record_together(
    postgres_database: str, tmp_path: Path
) -> None:
    limits = {"form_hour": 100, "address_hour": 3}
    with (
        running(postgres_database, tmp_path, forms=limits) as first,
        running(postgres_database, tmp_path, forms=limits) as second,
    ):
        wall = Wall(first)
        slip = wall.slip()
        for server in (first, second):
            wall.server = server
            assert wall.send(slip=slip).status_code == 303
        assert len(wall.entries()) == 1
        assert wall.send().status_code == 303
        wall.server = first
        assert wall.send().status_code == 429
