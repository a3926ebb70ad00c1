"""The OpenAPI document says of the photo routes what they answer: bytes, parts, problems."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.factories import Server, enrol_tablet, found_company, running, sign_in
from tests.gallery import Gallery

from fieldops.web.described import PROBLEM

ORIGINALS = {
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/heic",
    "image/heif",
    "application/octet-stream",
}
PROBLEMS = {"400", "401", "403", "404", "405", "500", "503"}
PHOTO = "/api/v1/photos/{sha256}"
IN_PARTS = {PHOTO: ORIGINALS, f"{PHOTO}/{{kind}}": {"image/webp", "image/jpeg"}}
IN_PARTS[f"{PHOTO}/{{kind}}/link"] = ORIGINALS
SHEET = "/api/v1/inspections/{inspection}/contact-sheet"
Paths = dict[str, Any]


@pytest.fixture
def server(sqlite_database: str, tmp_path: Path) -> Iterator[Server]:
    with running(sqlite_database, tmp_path) as started:
        yield started


@pytest.fixture
def paths(server: Server) -> Paths:
    found: Paths = server.client.get("/api/openapi/openapi.json").json()["paths"]
    return found


def names(operation: Any, where: str) -> set[str]:
    return {one["name"] for one in operation["parameters"] if one["in"] == where}


@pytest.mark.parametrize("path", IN_PARTS)
@pytest.mark.parametrize("method", ["get", "head"])
def test_photos_are_bytes_whole_in_parts_or_known(paths: Paths, path: str, method: str):
    operation = paths[path][method]
    answers = operation["responses"]
    assert set(answers) == {"200", "206", "304", *PROBLEMS, "410", "416"}
    for status in ("200", "206"):
        assert answers[status]["content"] == {one: {} for one in IN_PARTS[path]}
        assert {"ETag", "Accept-Ranges", "Content-Length"} <= set(answers[status]["headers"])
    assert "Content-Range" in answers["206"]["headers"]
    assert "content" not in answers["304"]
    for status in (*PROBLEMS, "410", "416"):
        (content,) = answers[status]["content"].items()
        assert content[0] == PROBLEM
        assert content[1]["schema"]
    assert names(operation, "header") == {"Range", "If-Range", "If-None-Match"}
    assert "sha256" in names(operation, "path")


def test_a_link_says_what_signs_it_and_a_sheet_is_a_zip(paths: Paths):
    link = paths[f"{PHOTO}/{{kind}}/link"]["get"]
    assert names(link, "query") == {"person", "expires", "signature"}
    assert all(one["required"] for one in link["parameters"] if one["in"] == "query")
    sheet = paths[SHEET]["get"]
    assert sheet["responses"]["200"]["content"] == {"application/zip": {}}
    assert set(sheet["responses"]) == {"200", *PROBLEMS}
    assert names(sheet, "query") == {"originals"}


def test_what_is_answered_is_what_is_said(server: Server, paths: Paths):
    """Each answer that a test can bring about has the type and the headers of the document."""
    company = found_company(server)
    gallery = Gallery(server, enrol_tablet(server, [company.inspector], company.site))
    token, shot = sign_in(server, company.supervisor), gallery.shoot()
    tag = {"if-none-match": f'"{shot.sha256}"'}
    asked: list[tuple[str, str, dict[str, str]]] = [
        (PHOTO, shot.sha256, {}),
        (PHOTO, shot.sha256, {"range": "bytes=0-3"}),
        (PHOTO, shot.sha256, {"range": "bytes=99999999-"}),
        (PHOTO, shot.sha256, tag),
        (PHOTO, "0" * 64, {}),
        (PHOTO, shot.sha256, {"authorization": ""}),
        (f"{PHOTO}/{{kind}}", f"{shot.sha256}/thumb", {}),
        (f"{PHOTO}/{{kind}}", f"{shot.sha256}/view", {"range": "bytes=-5"}),
    ]
    seen = set()
    for path, address, headers in asked:
        answer = server.client.get(f"/api/v1/photos/{address}", headers=token | headers)
        said = paths[path]["get"]["responses"][str(answer.status_code)]
        seen.add(answer.status_code)
        content = said.get("content", {})
        assert (answer.headers.get("content-type") in content) or not answer.content
        if answer.status_code < 400:
            assert {name.lower() for name in said["headers"]} <= set(answer.headers)
    assert seen == {200, 206, 304, 401, 404, 416}
