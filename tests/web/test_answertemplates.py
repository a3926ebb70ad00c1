"""Texts to answer complaints with, as desks read and set them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.factories import Server, add_person, found_company, running, sign_in

from fieldops.model.access import Role
from fieldops.rules.answertemplates import DEFAULTS, PLACEHOLDERS, wrong
from fieldops.store import audit

PATH = "/api/v1/answer-templates"
OURS = {
    "key": "ours",
    "titles": {"zh-CN": "致歉", "en": "Sorry"},
    "texts": {"zh-CN": "编号 {number}：抱歉。", "en": "Number {number}: we are sorry."},
}


@pytest.fixture
def server(sqlite_database: str, tmp_path: Path) -> Iterator[Server]:
    with running(sqlite_database, tmp_path) as started:
        yield started


def test_the_defaults_are_fit_and_in_both_languages():
    assert wrong(DEFAULTS) == ""
    assert all(one.texts["zh-CN"] and one.texts["en"] for one in DEFAULTS)


def test_they_are_read_by_who_answers_and_set_as_a_whole(server: Server):
    company = found_company(server)
    ops = server.do(lambda s: add_person(s, Role.OPS, None))
    reader, writer = sign_in(server, company.supervisor), sign_in(server, ops)
    first = server.client.get(PATH, headers=reader)
    assert [one["key"] for one in first.json()["templates"]] == ["received", "resolved", "longer"]
    assert first.json()["placeholders"] == list(PLACEHOLDERS)

    def put(templates: list[Any], match: str = '"0"') -> Any:
        given = writer | ({"if-match": match} if match else {})
        return server.client.put(PATH, json={"templates": templates}, headers=given)

    assert put([OURS], "").status_code == 428
    done = put([OURS], first.headers["etag"])
    assert (done.status_code, done.headers["etag"]) == (200, '"1"')
    assert put([], '"0"').status_code == 412
    assert server.client.get(PATH, headers=reader).json()["templates"] == [OURS]
    (row,) = server.look(lambda s: audit.latest(s, 5, "templates."))
    assert (row.actor, row.detail) == (ops, {"revision": 1, "keys": ["ours"]})


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        ([OURS, OURS], "two of this key"),
        ([OURS | {"titles": {"en": "Sorry"}}], "zh-CN is missing"),
        ([OURS | {"texts": {"zh-CN": "{name}", "en": "x"}}], "{name} is no placeholder"),
        ([OURS | {"key": "Ours"}], "key"),
    ],
)
def test_what_is_not_fit_is_told(server: Server, spoilt: Any, told: str):
    ops = server.do(lambda s: add_person(s, Role.OPS, None))
    headers = sign_in(server, ops) | {"if-match": "*"}
    answer = server.client.put(PATH, json={"templates": spoilt}, headers=headers)
    assert answer.status_code == 400
    assert told in answer.json()["detail"]
