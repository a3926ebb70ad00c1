"""One error shape over all routes: RFC 9457, a stable type, a title in two languages."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

import pytest
from sqlalchemy import text
from sqlmodel import Session
from structlog.testing import capture_logs
from tests.factories import (
    Company,
    Server,
    add_person,
    enrol_tablet,
    found_company,
    running,
    sign_in,
)
from tests.web.routes import Route, routes

from fieldops.flow import doctor, setup
from fieldops.model.access import Role
from fieldops.model.problem import CATALOGUE, TYPE_PREFIX
from fieldops.store.engine import Store
from fieldops.store.writer import StoreBusy

JUNK = [b"", b"{", b"[]", b'{"a":1}', b"null", b"\xff\xfe", b'"' + b"x" * 1000]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("errors")
    with running(f"sqlite:///{folder / 'fieldops.db'}", folder) as started:
        yield started


@pytest.fixture(scope="module")
def company(server: Server) -> Company:
    return found_company(server)


def check(answer: Any, route: Any) -> None:
    """The one shape of every error."""
    assert answer.status_code < 500, (route, answer.text)
    if answer.status_code < 400:
        return
    assert answer.headers["cache-control"] == "no-store", route
    assert answer.headers["content-type"] == "application/problem+json", route
    if answer.request.method == "HEAD":
        return
    body = answer.json()
    kind = CATALOGUE[body["type"].removeprefix(TYPE_PREFIX)]
    assert set(body) <= {"type", "title", "status", "detail", "titles", "extra", "details"}
    assert body["status"] == answer.status_code == kind.status
    assert body["titles"] == {"zh-CN": kind.zh, "en": kind.en}
    assert body["title"] == body["titles"][answer.headers["content-language"]]
    check_detail(body, answer.headers["content-language"])
    assert "Traceback" not in answer.text
    if answer.status_code in (423, 429, 503):
        assert int(answer.headers["retry-after"]) >= 0


def check_detail(body: dict[str, Any], language: str) -> None:
    """What happened this time is said in both languages; only names are the same in both."""
    if "detail" not in body:
        assert "details" not in body
        return
    chinese, english = body["details"]["zh-CN"], body["details"]["en"]
    assert body["detail"] == body["details"][language]
    assert re.search(r"[\u4e00-\u9fff]", chinese), body
    assert not re.search(r"[\u4e00-\u9fff]", english), body


def headers_of(server: Server, company: Company, route: Route) -> dict[str, str]:
    """Somebody who may call the route."""
    if route.path.startswith("/sync"):
        tablet = enrol_tablet(server, [company.inspector], company.site)
        return {"authorization": f"Bearer {tablet.token}", "tus-resumable": "1.0.0"}
    return administrator(server)


def administrator(server: Server) -> dict[str, str]:
    """Somebody who administrates every site."""
    user = server.do(lambda s: add_person(s, Role.ADMINISTRATOR, None))
    return sign_in(server, user)


@pytest.mark.parametrize("language", ["zh-CN,zh;q=0.9", "en-GB", "fr", ""])
def test_without_a_token(server: Server, language: str):
    for route in routes(server.app):
        headers = {"accept-language": language}
        check(server.client.request(route.method, route.address(), headers=headers), route)


def test_junk_in_every_body(server: Server, company: Company):
    for route in routes(server.app):
        if route.method not in ("POST", "PATCH"):
            continue
        headers = headers_of(server, company, route)
        for junk in JUNK:
            address = route.address()
            answer = server.client.request(route.method, address, headers=headers, content=junk)
            check(answer, route)


def test_packed_junk_in_every_body(server: Server, company: Company):
    for route in routes(server.app):
        if route.method != "POST" or route.is_binary or "internal" in route.path:
            continue
        for coding in ("gzip", "zstd", "br"):
            headers = {**headers_of(server, company, route), "content-encoding": coding}
            answer = server.client.post(route.address(), headers=headers, content=b"junk")
            check(answer, route)


def test_wrong_methods_and_unknown_addresses(server: Server, company: Company):
    known = set(routes(server.app))
    for route in known:
        wrong = "PATCH" if route._replace(method="PUT") in known else "PUT"
        answer = server.client.request(wrong, route.address())
        assert answer.status_code == 405, route
        assert route.method in answer.headers["allow"]
        check(answer, route)
    for address in ("/nowhere", "/api/v1", "/sync/v1/", "/api/v1/records/not-an-id"):
        answer = server.client.get(address)
        assert answer.status_code == 404, address
        check(answer, address)


def test_bad_queries(server: Server, company: Company):
    headers = administrator(server)
    for query in (
        "records",
        "records?kind=nonsense",
        "records?kind=result&site=x",
        "audit?limit=0",
        "audit?limit=x",
        "quarantine?state=lost",
    ):
        answer = server.client.get(f"/api/v1/{query}", headers=headers)
        assert answer.status_code == 400, query
        assert answer.json()["type"] == TYPE_PREFIX + "validation"
        check(answer, query)


def test_what_happened_follows_the_callers_language(server: Server, company: Company):
    headers = {**administrator(server), "content-type": "application/json"}
    for route, content, chinese in (
        ("GET audit?limit=0", b"", "limit：整数须 ≥ 1"),
        ("POST grants", b"{", "不是 JSON"),
        ("POST grants", b'{"role": "king"}', "不接受此值：'king'（位于 `$.role`）"),
        ("POST sites", b"[]", "应为对象，收到的是列表"),
    ):
        method, path = route.split()
        told = [
            server.client.request(
                method,
                f"/api/v1/{path}",
                headers={**headers, "accept-language": language},
                content=content,
            )
            for language in ("zh-CN", "en")
        ]
        assert [one.status_code for one in told] == [400, 400], route
        assert told[0].json()["detail"] == chinese
        assert told[0].json()["details"] == told[1].json()["details"]
        for one in told:
            check(one, route)


def test_a_wrong_password_and_a_lock_out(server: Server):
    def job(session: Session) -> None:
        setup.add_user(
            session, "wang", "王芳", setup.SYSTEM, server.clock(), password="correct horse"
        )

    server.do(job)

    def sign(login: str, password: str = "wrong") -> Any:
        asked = {"login": login, "password": password}
        headers = {"x-fieldops": "1"}
        return server.client.post("/api/v1/session", json=asked, headers=headers)

    unknown, wrong = sign("nobody"), sign("wang")
    assert unknown.content == wrong.content
    assert wrong.json()["type"] == TYPE_PREFIX + "sign-in-failed"
    for _ in range(4):
        sign("wang")
    locked = sign("wang", "correct horse")
    assert (locked.status_code, locked.json()["type"]) == (429, TYPE_PREFIX + "locked-out")
    check(locked, "session")


def test_a_database_that_is_down(server: Server, company: Company):
    """What its failure looks like from every route: come back later, and nothing else."""

    def down(*_: object) -> None:
        raise StoreBusy("down")

    paths = [route for route in routes(server.app) if not route.path.startswith("/internal")]
    called = [(route, headers_of(server, company, route)) for route in paths]
    with (
        capture_logs(),  # drawing a traceback takes a second each
        mock.patch.object(server.core.store, "read", down),
        mock.patch.object(server.core.store, "write", down),
    ):
        for route, headers in called:
            content = b"{}" if route.method == "POST" else b""
            answer = server.client.request(
                route.method, route.address(), headers=headers, content=content
            )
            if answer.status_code == 503 and route.path != "/readyz":
                assert answer.headers["retry-after"], route
                if route.method != "HEAD":
                    assert answer.json()["type"] == TYPE_PREFIX + "database-busy", route
            else:
                assert answer.status_code in (200, 400, 403, 404, 503), (route, answer.text)


def test_a_server_without_its_database_says_what_is_down(server: Server):
    with capture_logs() as logged, mock.patch.object(server.core.store, "read", _refused):
        answer = server.client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["state"] == "down"
        parts = {part["name"]: part["state"] for part in answer.json()["parts"]}
        assert parts == {"database": "down", "blobs": "ok"}
        assert logged == [], "who is asked every two seconds fills no log"
        assert server.client.get("/sync/v1/hello").status_code == 503
    (line,) = logged
    assert line["why"] == "connection refused"
    assert "exc_info" not in line, "hundreds of tablets ask again meanwhile"


def test_a_server_whose_database_keeps_nothing_is_not_ready(postgres_database: str, tmp_path: Path):
    """What a replica says after a switch, or a primary that was told to."""

    def tell(store: Store, word: str) -> None:
        with store.engine.connect() as connection:
            name = connection.engine.url.database
            connection.execute(text("SET transaction_read_only = off"))
            order = f'ALTER DATABASE "{name}" SET default_transaction_read_only = {word}'
            connection.execute(text(order))
            connection.commit()
        store._reader.dispose()

    with running(postgres_database, tmp_path) as server:
        store, settings = server.core.store, server.core.settings
        tell(store, "on")
        try:
            found = server.client.get("/readyz")
            assert (found.status_code, found.json()["state"]) == (503, "down")
            assert "read-only" in found.json()["parts"][0]["why"]
            checks = {one.name: one for one in doctor.examine(settings, server.clock())}
            assert checks["database"].state == "bad"
            assert "read-only" in checks["database"].found["en"]
        finally:
            tell(store, "off")
        assert server.client.get("/readyz").status_code == 200


def _refused() -> NoReturn:
    raise StoreBusy("the database failed") from OSError("connection refused\nmore of it")
