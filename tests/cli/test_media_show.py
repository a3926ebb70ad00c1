"""``fieldops media show|fetch|sheet`` on the data of a running server."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from tests.cli.helping import Line
from tests.factories import Company, Server, enrol_tablet, found_company, running
from tests.gallery import Gallery, blob_of, claimed

from fieldops.flow.setup import SYSTEM
from fieldops.store import audit


@pytest.fixture
def server(database_url: str, tmp_path: Path, line: Line) -> Iterator[Server]:
    with running(database_url, tmp_path) as started:
        yield started


@pytest.fixture
def company(server: Server) -> Company:
    return found_company(server)


@pytest.fixture
def gallery(server: Server, company: Company) -> Gallery:
    return Gallery(server, enrol_tablet(server, [company.inspector], company.site))


def test_show_tells_everything_about_a_photo(line: Line, company: Company, gallery: Gallery):
    shot = gallery.shoot("floor", caption="泵房地面", taken=claimed())
    found = line.json("media", "show", shot.sha256)
    assert found["bytes"]["state"] == "stored"
    assert found["bytes"]["size"] == len(shot.data)
    assert found["picture"]["format"] == "JPEG"
    assert found["made"]["view"] == {
        "sha256": found["made"]["view"]["sha256"],
        "size": len(shot.view),
        "type": "image/jpeg",
    }
    assert found["held"] is False
    (used,) = found["used"]
    assert (used["id"], used["item"], used["caption"]) == (shot.record, "floor", "泵房地面")
    assert used["inspection"] == gallery.walk
    assert line.json("media", "show", shot.record) == found
    assert line.json("media", "show", shot.sha256.upper()) == found
    shown = line("media", "show", shot.record, lang="zh-CN")
    assert shot.sha256 in shown
    assert "检查项" in shown


def test_show_of_a_photo_that_has_not_arrived(line: Line, gallery: Gallery):
    shot = gallery.take("floor")
    found = line.json("media", "show", shot.record)
    assert (found["bytes"], found["picture"], found["made"]) == (None, None, {})
    assert found["used"][0]["state"] == "awaiting"
    assert "awaiting" in line("media", "show", shot.record)


def test_nothing_by_that_name(line: Line, company: Company, gallery: Gallery, tmp_path: Path):
    gallery.take("floor")
    for name in ("ab" * 32, str(uuid4()), "floor", str(company.site), gallery.walk):
        assert line.problem("media", "show", name) == "unknown-name"
        assert line.problem("media", "fetch", name, "-o", tmp_path / "x") == "unknown-name"
    assert line.problem("media", "sheet", uuid4(), "-o", tmp_path / "x") == "not-found"
    assert not (tmp_path / "x").exists()


def test_fetch_saves_what_the_camera_wrote(
    line: Line, server: Server, gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shot = gallery.shoot("floor")
    told = line.json("media", "fetch", shot.record, "-o", tmp_path / "photo.jpg")
    assert told == {
        "file": str(tmp_path / "photo.jpg"),
        "sha256": shot.sha256,
        "size_bytes": len(shot.data),
    }
    assert (tmp_path / "photo.jpg").read_bytes() == shot.data
    for kind, data in (("view", shot.view), ("thumb", shot.thumb)):
        line("media", "fetch", shot.sha256, "--kind", kind, "-o", tmp_path / kind)
        assert (tmp_path / kind).read_bytes() == data
    monkeypatch.chdir(tmp_path)
    line("media", "fetch", shot.sha256)
    assert (tmp_path / f"floor-{shot.sha256[:12]}.jpg").read_bytes() == shot.data
    found = server.look(lambda s: audit.latest(s, 10, "photo.read"))
    assert [(one.actor, one.detail["by"]) for one in found] == [(SYSTEM, "shell")] * 2


def test_fetch_leaves_nothing_of_what_is_damaged(
    line: Line, server: Server, gallery: Gallery, tmp_path: Path
):
    hurt, short, gone = (gallery.shoot("floor") for _ in range(3))
    blob_of(server, hurt.sha256).write_bytes(hurt.data[:-1] + bytes([hurt.data[-1] ^ 1]))
    blob_of(server, short.sha256).write_bytes(short.data[:-1])
    blob_of(server, gone.sha256).unlink()
    for shot in (hurt, short, gone):
        out = tmp_path / "out"
        out.write_bytes(b"what was here before")
        assert line.problem("media", "fetch", shot.sha256, "-o", out) == "photo-missing"
        assert out.read_bytes() == b"what was here before"
        assert [*tmp_path.glob("*.part")] == []
    assert line.problem("media", "fetch", gallery.take("floor").sha256) == "photo-awaited"


def test_sheet_saves_the_zip(line: Line, server: Server, gallery: Gallery, tmp_path: Path):
    shots = [gallery.shoot("floor") for _ in range(2)]
    out = tmp_path / "sheet.zip"
    told = line.json("media", "sheet", gallery.walk, "-o", out, "--originals")
    assert told == {"file": str(out), "photos": 2, "size_bytes": out.stat().st_size}
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        for listed, shot in zip(manifest["photos"], shots, strict=True):
            assert archive.read(listed["files"]["original"]) == shot.data
    shown = line("media", "sheet", gallery.walk, "-o", out, lang="zh-CN")
    assert "2 张照片" in shown
    actors = {one.actor for one in server.look(lambda s: audit.latest(s, 10, "sheet.make"))}
    assert actors == {SYSTEM}
