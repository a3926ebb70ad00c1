"""The OpenAPI document over the real app: no answer that it does not name, never a 5xx.

A short turn; the long one, and the one on PostgreSQL, stand in ``tests/soak/test_openapi.py``.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from schemathesis import GenerationMode
from tests.factories import Server, running
from tests.web.fuzzing import DOCUMENT, Fuzz

from fieldops.web.documented import SLUGS


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("openapi")
    with running(f"sqlite:///{folder / 'fieldops.db'}", folder) as started:
        yield started


@pytest.fixture(scope="module")
def document(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = server.client.get(DOCUMENT).json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in {"get", "head", "post", "put", "patch", "delete"}:
                yield f"{method} {path}", operation


def test_every_operation_says_who_may_call_it_and_what_it_answers(document: dict[str, Any]):
    assert document["openapi"].startswith("3.1")
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for name, operation in operations(document):
        assert operation["tags"], name
        assert SLUGS not in operation, name
        answers = operation["responses"]
        assert {"400", "500", "503"} <= set(answers), name
        assert any(status.startswith("2") for status in answers), name
        if operation["security"]:
            assert {"401", "403"} & set(answers), name


def test_every_reference_is_there(document: dict[str, Any]):
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', repr(document).replace("'", '"')))
    assert named <= set(document["components"]["schemas"])


def test_edits_take_if_match_and_answer_with_an_etag(document: dict[str, Any]):
    edit = document["paths"]["/api/v1/areas/{area}"]["patch"]
    assert {"If-Match"} == {one["name"] for one in edit["parameters"] if one["in"] == "header"}
    assert "ETag" in edit["responses"]["200"]["headers"]
    for status in ("404", "409", "412", "428"):
        content = edit["responses"][status]["content"]["application/problem+json"]
        types = content["schema"]["allOf"][1]["properties"]["type"]["enum"]
        assert content["example"]["type"] in types


@pytest.mark.unmeasured
def test_nothing_is_answered_that_the_document_does_not_say(server: Server):
    fuzz = Fuzz(server, seed=5)
    fuzz.run(1, [GenerationMode.POSITIVE])
    fuzz.run(1, [GenerationMode.NEGATIVE])
    assert fuzz.failures == {}
    assert fuzz.asked >= len(fuzz.operations())
