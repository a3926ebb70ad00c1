"""What tablets of other makers send: right by the standards, or wrong, and never a fault here."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.factories import (
    Company,
    Server,
    Tablet,
    checklist_text,
    enrol_tablet,
    found_company,
    publish,
    running,
)
from tests.web.routes import routes

from fieldops.flow import restore
from fieldops.flow.pull import Cursor, decode_cursor, encode_cursor
from fieldops.store import log
from fieldops_sync.ids import uuid7
from fieldops_sync.wire import INT_MAX

PUSHED = {"nature": "praise", "text": "x" * 2000}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("strangers")
    with running(f"sqlite:///{folder / 'fieldops.db'}", folder) as started:
        yield started


@pytest.fixture(scope="module")
def company(server: Server) -> Company:
    return found_company(server)


@pytest.fixture
def tablet(server: Server, company: Company) -> Tablet:
    return enrol_tablet(server, [company.inspector], company.site)


def ask(tablet: Tablet, method: str, call: str, body: Any = None, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return tablet.server.client.request(
        method,
        f"/sync/v1/{call}",
        json=body,
        headers={"authorization": f"Bearer {tablet.token}", **named},
    )


def slug(answer: Any) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


# Positions and cursors


def test_a_position_that_no_log_gave_moves_nothing(server: Server, tablet: Tablet):
    head, epoch = server.look(log.counter), server.look(log.epoch)
    seen = {"position": INT_MAX, "change": str(uuid7())}
    pushed = tablet.push([tablet.op("feedback.record@1", payload=PUSHED)], seen=seen)
    assert pushed.json()["receipts"][0]["status"] == "applied"
    assert tablet.pull(seen=seen)["changes"]
    assert head < server.look(log.counter) < head + 100
    assert server.look(log.epoch) == epoch


def test_what_the_server_says_was_seen_can_always_be_said_to_it(server: Server, tablet: Tablet):
    farthest = server.look(log.counter) + restore.FARTHEST
    lost = {"position": farthest, "change": str(uuid7())}
    answer = tablet.push([tablet.op("feedback.record@1", payload=PUSHED)], seen=lost).json()
    assert farthest < answer["seen"]["position"] < INT_MAX
    again = tablet.push([tablet.op("feedback.record@1", payload=PUSHED)], seen=answer["seen"])
    assert again.json()["epoch"] == answer["epoch"]


def test_a_cursor_beyond_the_end_is_a_restore_and_skips_nothing(server: Server, tablet: Tablet):
    cursor = decode_cursor(tablet.pull_all()[1])
    assert cursor is not None
    ahead = Cursor(cursor.epoch, server.look(log.counter) + 10, cursor.version)
    page = tablet.pull(encode_cursor(ahead))
    assert (page["reset"], page["epoch"]) == (True, str(server.look(log.epoch)))
    assert page["changes"]
    assert server.look(log.epoch) != cursor.epoch


@pytest.mark.parametrize("position", [-1, INT_MAX, 2**53, 2**63, 2**70])
def test_a_cursor_of_nowhere_begins_anew(server: Server, tablet: Tablet, position: int):
    cursor = decode_cursor(tablet.pull_all()[1])
    assert cursor is not None
    text = json.dumps([str(cursor.epoch), position, cursor.version, None])
    page = tablet.pull(base64.urlsafe_b64encode(text.encode()).decode().rstrip("="))
    assert page["reset"]
    assert server.look(log.epoch) == cursor.epoch


# Headers


def test_options_is_answered_on_every_path(server: Server):
    for route in routes(server.app):
        answer = server.client.request("OPTIONS", route.address())
        assert (answer.status_code, answer.content) == (204, b""), route
        if route.path.startswith("/sync") and not route.is_binary:
            named = set(answer.headers["allow"].split(", "))
            assert named == {"OPTIONS", route.method}, route


def test_a_refused_token_names_the_way_in(tablet: Tablet):
    for token in ("", "Bearer nonsense"):
        answer = ask(tablet, "POST", "pull", {}, authorization=token)
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("host", ["a:notaport", "a:99999999"])
def test_a_host_that_is_none_is_a_slip_of_the_caller(tablet: Tablet, host: str):
    answer = ask(tablet, "POST", "media/plan", [], host=host)
    assert (answer.status_code, slug(answer)) == (400, "validation")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("en;q=0.1, zh-CN;q=0.9", "zh-CN"),
        ("zh;q=0, en", "en"),
        ("fr, zh-TW", "zh-CN"),
        ("zhx", "en"),
    ],
)
def test_a_problem_speaks_the_language_that_is_liked_best(
    tablet: Tablet, header: str, language: str
):
    answer = ask(tablet, "GET", "nothing", accept_language=header)
    assert answer.headers["content-language"] == language


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip;q=0, zstd;q=0", None), ("zstd;q=0, gzip", "gzip"), ("x-zstdish", None)],
)
def test_an_answer_is_packed_only_as_it_is_taken(tablet: Tablet, accepted: str, packed: str | None):
    tablet.push([tablet.op("feedback.record@1", payload=PUSHED)])
    answer = ask(tablet, "POST", "pull", {}, accept_encoding=accepted)
    assert answer.headers.get("content-encoding") == packed
    assert answer.headers["vary"] == "Accept-Encoding"


def test_an_empty_coding_is_none_and_two_are_too_many(tablet: Tablet):
    assert ask(tablet, "POST", "pull", {}, content_encoding="").status_code == 200
    twice = [("authorization", f"Bearer {tablet.token}")] + [("content-encoding", "gzip")] * 2
    answer = tablet.server.client.post("/sync/v1/pull", content=b"{}", headers=twice)
    assert slug(answer) == "unsupported-encoding"


# Settling a conflict


def settle(tablet: Tablet, values: dict[str, Any], *, is_begun: bool = True) -> dict[str, Any]:
    subject = {"kind": "inspection", "id": str(uuid7())}
    if is_begun:
        walk = [tablet.op("inspection.start@1", subject=subject, payload={})]
        walk.append(tablet.op("inspection.submit@1", subject=subject, payload={"results": 0}))
        tablet.receipts_of(walk)
    resolve = tablet.op("conflict.resolve@1", subject=subject, payload={"set": values})
    (receipt,) = tablet.receipts_of([resolve])
    return receipt


@pytest.mark.parametrize(
    "values", [{"verdict": "approved"}, {"verdict": None}, {"state": "sealed"}]
)
def test_nobody_but_a_supervisor_seals_or_reviews_by_settling_a_conflict(
    server: Server, company: Company, tablet: Tablet, values: dict[str, Any]
):
    assert settle(tablet, values)["reason"] == "not-permitted"
    assert settle(tablet, values, is_begun=False)["reason"] == "transition"
    deciding = enrol_tablet(server, [company.supervisor], company.site)
    assert settle(deciding, values)["custody"]
    assert "reason" not in settle(deciding, values)


@pytest.mark.parametrize("is_begun", [True, False])
def test_who_walks_settles_what_tablets_write(tablet: Tablet, is_begun: bool):
    for values in ({"state": "submitted"}, {"owner": str(tablet.actor)}, {"submit_note": "x"}):
        assert "reason" not in settle(tablet, values, is_begun=is_begun)


@pytest.mark.parametrize("values", [{"state": "zzz"}, {"owner": "zzz"}, {"verdict": "zzz"}])
def test_a_conflict_is_settled_by_values_that_can_be(tablet: Tablet, values: dict[str, Any]):
    assert settle(tablet, values)["reason"] == "schema"


# Uploads


def test_a_size_that_no_photo_has_counts_as_a_gigabyte(tablet: Tablet):
    walk = str(uuid7())
    photos = [
        {"inspection": walk, "sha256": f"{number:064x}", "size_bytes": size}
        for number, size in enumerate((INT_MAX, INT_MAX, 5))
    ]
    pushed = tablet.receipts_of([tablet.op("photo.attach@1", payload=one) for one in photos])
    assert {receipt["status"] for receipt in pushed} == {"applied"}
    owed = tablet.pull(tablet.pull_all()[1])["owed"]
    assert (owed["photos"], owed["bytes"]) == (3, 2 * 2**30 + 5)


def test_a_part_from_behind_the_end_is_at_a_wrong_offset(tablet: Tablet):
    data = b"\xff\xd8 a photo"
    digest = base64.b64encode(hashlib.sha256(data).hexdigest().encode()).decode()
    named = {"upload_length": str(len(data)), "upload_metadata": f"sha256 {digest}"}
    made = ask(tablet, "POST", "uploads", tus_resumable="1.0.0", **named)
    assert (made.status_code, made.content) == (201, b"")
    for offset in (len(data), len(data) + 1, 10**14):
        answer = ask(
            tablet,
            "PATCH",
            f"uploads/{made.headers['location'].rpartition('/')[2]}",
            {},
            tus_resumable="1.0.0",
            upload_offset=str(offset),
            content_type="application/offset+octet-stream",
        )
        assert (slug(answer), answer.json()["extra"]) == ("upload-offset", {"offset_bytes": 0})


def test_a_packed_part_is_refused_before_it_is_written(tablet: Tablet):
    coding = {"content_encoding": "gzip", "content_type": "application/offset+octet-stream"}
    answer = ask(
        tablet,
        "PATCH",
        f"uploads/{uuid7()}",
        {},
        tus_resumable="1.0.0",
        upload_offset="0",
        **coding,
    )
    assert (answer.status_code, slug(answer)) == (415, "unsupported-encoding")


# Bodies and addresses


def test_a_batch_that_cannot_be_read_names_the_member(tablet: Tablet):
    seen = {"position": -1, "change": str(uuid7())}
    answer = tablet.push([], seen=seen)
    assert (answer.status_code, slug(answer)) == (400, "framing")
    assert "$.seen.position" in answer.json()["detail"]
    assert "$.seen.position" in answer.json()["details"]["zh-CN"]


def test_a_definition_has_one_address(server: Server, tablet: Tablet):
    sha256 = publish(server, checklist_text("strangers"))
    whole = ask(tablet, "GET", f"definitions/{sha256}")
    assert whole.headers["etag"] == f'"{sha256}"'
    for known in (f'"{sha256}"', f'W/"{sha256}"', f'"other", "{sha256}"', "*"):
        answer = ask(tablet, "GET", f"definitions/{sha256}", if_none_match=known)
        assert (answer.status_code, answer.content) == (304, b"")
    for other in (
        sha256.upper(),
        f"{sha256[:2]}%20{sha256[2:]}",
        f"{sha256[:2]}%0d%0a{sha256[2:]}",
    ):
        assert slug(ask(tablet, "GET", f"definitions/{other}")) == "not-found"


def test_a_token_counts_under_its_own_scheme_only(tablet: Tablet):
    for scheme in ("Basic", "Token", ""):
        refused = ask(tablet, "POST", "pull", {}, authorization=f"{scheme} {tablet.token}".strip())
        assert (refused.status_code, slug(refused)) == (401, "token-missing")
    assert ask(tablet, "POST", "pull", {}, authorization=f"bearer {tablet.token}").is_success
