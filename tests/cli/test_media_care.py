"""``media totals``, ``collect``, ``scrub``, ``retire`` and ``hold``, and what the doctor says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text
from tests.cli.helping import Line
from tests.flow.caring import put_blob, store
from tests.flow.uploading import House, flipped, picture, sha256

from fieldops.cli.shell import Shell
from fieldops.flow.caretake import last_round
from fieldops.store import meta
from fieldops.store.blobs.disk import DiskBlobs
from fieldops.store.turn import turn


class Kept:
    """A house with photos, and the command line on it."""

    def __init__(self, line: Line, database_url: str) -> None:
        self.line = line.without_plugins()
        self.house = House(database_url, DiskBlobs(line.data_dir / "blobs"), line.data_dir)
        line("user", "add", "shen", "沈审计")
        line("user", "grant", "shen", "auditor", "--everywhere")

    def change(self, statement: str, **bound: object) -> None:
        self.house.do(lambda s: s.execute(text(statement), bound) and None)

    def photo(self, data: bytes) -> UUID:
        return self.house.attach(store(self.house, data))

    def damage(self, data: bytes) -> None:
        digest = sha256(data)
        place: Path = self.house.blobs.inner._place(digest)  # type: ignore[attr-defined]
        place.write_bytes(flipped(data))

    def doctor(self) -> dict[str, dict[str, Any]]:
        self.line.run("doctor", "--json")
        found = msgspec.json.decode(self.line.result.stdout)["checks"]
        return {check["name"]: check for check in found}


@pytest.fixture
def kept(line: Line, database_url: str) -> Iterator[Kept]:
    made = Kept(line, database_url)
    yield made
    made.house.close()


def test_orphans_are_listed_and_removed(kept: Kept):
    line = kept.line
    kept.photo(picture(500))
    orphan = store(kept.house, picture(500))
    put_blob(kept.house, b"a stray")
    assert line.json("media", "collect") == {"orphans": 0, "strays": 1, "waiting": 0, "ran": True}
    kept.change("UPDATE media SET touched_ms = 0 WHERE state = 'stored'")
    assert line.json("media", "collect", "--dry-run") == [orphan]
    assert "1 in all" in line("media", "collect", "--dry-run")
    with turn(kept.house.store):
        assert line.problem("media", "collect") == "care-running"
    assert "1 removed" in line("media", "collect")
    assert "已清理 0" in line("media", "collect", lang="zh-CN")
    assert line.json("audit", "list", "--action", "media.collect")[0]["actor"] == "media"


def test_a_damaged_photo_is_found_and_mended(kept: Kept):
    line = kept.line
    data = picture(500)
    kept.photo(data)
    kept.photo(picture(500))
    assert line.json("media", "scrub")["photos"] == 0
    assert line.json("media", "scrub", "--all")["photos"] == 2
    kept.damage(data)
    found = line.json("media", "scrub", sha256(data), code=1)
    assert found["damaged"] == [sha256(data)]
    assert kept.doctor()["photos"]["state"] == "bad"
    assert line.json("media", "totals")["total"]["damaged"] == 1
    kept.house.blobs.inner._place(sha256(data)).write_bytes(data)  # type: ignore[attr-defined]
    assert f"+ {sha256(data)}" in line("media", "scrub", "--site", "翠湖花园")
    assert kept.doctor()["photos"]["state"] == "ok"
    assert line.problem("media", "scrub", "nonsense") == "unknown-name"


def test_a_store_that_cannot_be_reached_is_a_problem(kept: Kept):
    names = [sha256(data) for data in [picture(50) for _ in range(12)] if kept.photo(data)]
    for name in names:
        kept.house.blobs.delete(name)
    assert kept.line.problem("media", "scrub", "--all") == "blobs-down"


def test_room_is_told_by_site(kept: Kept):
    line = kept.line
    data = picture(500_000)
    kept.photo(data)
    kept.house.attach(sha256(data))
    kept.house.attach(sha256(b"has not come"))
    store(kept.house, picture(100_000))
    found = line.json("media", "totals")
    wanted = {"photos": 1, "original_bytes": 500_000, "derivative_bytes": 0, "damaged": 0}
    assert found["total"] == {**wanted, "owed": 1}
    assert found["sites"][0]["room"] == found["total"]
    assert (found["unnamed"]["photos"], found["unnamed"]["original_bytes"]) == (1, 100_000)
    assert "0.5" in line("media", "totals")
    assert "无记录引用" not in line("media", "totals", "--site", "翠湖花园", lang="zh-CN")


def test_what_was_kept_long_enough_is_retired(kept: Kept):
    line = kept.line
    photo = kept.photo(picture(500))
    assert "for ever" in line("media", "retire")
    assert "long" not in line("media", "retire", "--dry-run", lang="zh-CN")
    line.environment["FIELDOPS_CARE__RETENTION_DAYS"] = "1095"
    assert line.json("media", "retire")["photos"] == 0
    walk = kept.house.photo(photo).parent
    kept.change("UPDATE record SET state = 'sealed' WHERE id = :id", id=walk.bytes)
    kept.change("UPDATE media SET stored_ms = 0")
    kept.change("UPDATE media_ref SET since_ms = 0")
    assert len(line.json("media", "retire", "--dry-run")) == 1
    placed = line.json("media", "hold", "place", "photo", photo, "--reason", "7", "--as", "shen")
    assert placed["photos"] == 1
    assert line.json("media", "retire")["photos"] == 0
    assert "7" in line("media", "hold", "list", "--as", "shen")
    line("media", "hold", "release", placed["hold"], "--as", "shen")
    assert line.json("media", "hold", "list", "--as", "shen") == []
    assert len(line.json("media", "hold", "list", "--released", "--as", "shen")) == 1
    assert "1 removed" in line("media", "retire")
    assert kept.house.photo(photo).state == "removed"


def test_a_hold_of_what_is_not_there_is_refused(kept: Kept):
    line = kept.line
    words = ("--reason", "x", "--as", "shen")
    assert line.problem("media", "hold", "place", "photo", "nonsense", *words) == "not-found"
    assert line.problem("media", "hold", "place", "site", "nowhere", *words) == "unknown-name"
    found = line.json("media", "hold", "place", "site", "翠湖花园", *words)
    assert (found["kind"], found["photos"]) == ("site", 0)


def test_the_doctor_says_how_the_care_goes(kept: Kept):
    line, now_ms = kept.line, Shell.now_ms()
    found = kept.doctor()
    assert found["collection"]["found"]["en"] == "has not run yet"
    assert found["scrub"]["found"]["en"] == "nothing to read back"
    line("media", "collect")
    last = kept.house.look(lambda s: last_round(s, "collect"))
    assert last is not None
    assert last.at_ms >= now_ms
    kept.photo(picture(500))
    kept.change("UPDATE media SET checked_ms = :old", old=now_ms - 90 * 86_400_000)
    kept.change(
        "UPDATE meta SET value = :old WHERE key = 'care_collect'",
        old='{"type":"round","kind":"collect","at_ms":0,"done":{"orphans":0}}',
    )
    kept.house.do(lambda s: meta.put(s, meta.COLLECTION_PAUSED_MS, str(now_ms + 1_000_000)))
    found = kept.doctor()
    assert found["scrub"]["state"] == found["collection"]["state"] == "warn"
    assert "paused" in found["collection"]["found"]["en"]
    assert "removed 0" in found["collection"]["found"]["en"]
    assert "已清理 0" in found["collection"]["found"]["zh-CN"]
    assert found["legal holds"]["found"]["en"] == "0 standing"
    assert found["retention"]["state"] == "ok"
