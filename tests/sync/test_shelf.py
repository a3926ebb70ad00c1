from pathlib import Path
from uuid import uuid4

import pytest
from sqlcipher3 import dbapi2
from tests.sync.factories import SITE, answer_item, enrolled_outbox, page

from fieldops_sync.outbox import Outbox
from fieldops_sync.shelf import SCHEMA_VERSION, Shelf, ShelfUnreadable, get_meta, set_meta
from fieldops_sync.wire import Seen


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    with pytest.raises(dbapi2.IntegrityError), shelf.writing() as db:  # noqa: PT012
        set_meta(db, "a", b"1")
        db.execute("INSERT INTO meta VALUES ('a', x'02')")
    with shelf.reading() as db:
        assert get_meta(db, "a") is None
    shelf.close()


def test_a_transaction_that_ended_by_itself_is_not_ended_again(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    with pytest.raises(KeyError), shelf.writing() as db:  # noqa: PT012
        db.execute("ROLLBACK")
        raise KeyError
    with shelf.writing() as db:
        set_meta(db, "a", b"1")
    shelf.close()


def test_what_is_written_is_synced_to_the_disk(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    with shelf.reading() as db:
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    shelf.close()


def test_a_secret_encrypts_the_database(tmp_path: Path) -> None:
    with Outbox(tmp_path, secret="it's secret") as outbox:
        incarnation = outbox.incarnation
    assert not (tmp_path / "outbox.db").read_bytes().startswith(b"SQLite format 3")
    for wrong in ("", "another"):
        with pytest.raises(ShelfUnreadable):
            Outbox(tmp_path, secret=wrong)
    with Outbox(tmp_path, secret="it's secret") as again:
        assert again.incarnation == incarnation


def test_an_outbox_belongs_to_one_process(tmp_path: Path) -> None:
    with Outbox(tmp_path), pytest.raises(ShelfUnreadable, match="another process"):
        Outbox(tmp_path)
    Outbox(tmp_path).close()


def test_a_lost_database_is_told_and_its_photos_stay(tmp_path: Path) -> None:
    with enrolled_outbox(tmp_path) as outbox:
        sha256 = outbox.capture(b"a photo", "image/jpeg", SITE)
    for lose in (lambda file: file.write_bytes(b""), Path.unlink):
        lose(tmp_path / "outbox.db")
        with pytest.raises(ShelfUnreadable, match="photos are here"):
            Outbox(tmp_path)
        assert (tmp_path / "media" / sha256).read_bytes() == b"a photo"


def test_a_damaged_page_is_told_by_whoever_comes_upon_it(tmp_path: Path) -> None:
    with enrolled_outbox(tmp_path) as outbox:
        for number in range(200):
            answer_item(outbox, f"item_{number}")
    file = tmp_path / "outbox.db"
    whole, told = file.read_bytes(), 0
    for first in range(4096, len(whole), 4096):
        file.write_bytes(whole[:first] + b"\xa5" * 4096 + whole[first + 4096 :])
        try:
            with Outbox(tmp_path) as outbox:
                outbox.ops()
                outbox.next_batch()
        except ShelfUnreadable:
            told += 1
    assert told > 10
    file.write_bytes(whole)
    with Outbox(tmp_path) as outbox:
        assert len(outbox.ops()) == 200


def test_a_wrong_secret_is_no_noise_on_the_apps_standard_error(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Outbox(tmp_path, secret="one").close()
    with pytest.raises(ShelfUnreadable):
        Outbox(tmp_path, secret="another")
    assert capfd.readouterr().err == ""


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    Shelf(tmp_path).close()
    db = dbapi2.connect(str(tmp_path / "outbox.db"))
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()
    with pytest.raises(ShelfUnreadable, match="newer"):
        Shelf(tmp_path)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "outbox.db").write_bytes(b"nonsense" * 1000)
    with pytest.raises(ShelfUnreadable):
        Outbox(tmp_path)


def test_photos_are_copied_and_strays_swept(tmp_path: Path) -> None:
    source = tmp_path / "camera.jpg"
    source.write_bytes(b"x" * 3_000_000)
    with enrolled_outbox(tmp_path / "box") as outbox:
        sha256 = outbox.capture(source, "image/jpeg", SITE)
        assert outbox.capture(b"x" * 3_000_000, "image/jpeg", SITE) == sha256
        (photo,) = outbox.photos()
        assert (photo.size_bytes, photo.mime, photo.site) == (3_000_000, "image/jpeg", SITE)
        (outbox.photo_path("stray.part")).write_bytes(b"cut short")
    source.unlink()
    with Outbox(tmp_path / "box") as again:
        assert again.photo_path(sha256).read_bytes() == b"x" * 3_000_000
        assert [path.name for path in again.photo_path("").iterdir()] == [sha256]


def test_a_damaged_photo_is_set_aside(tmp_path: Path) -> None:
    with enrolled_outbox(tmp_path) as outbox:
        good, bad, lost = (outbox.capture(data, "image/jpeg", SITE) for data in (b"1", b"2", b"3"))
        outbox.photo_path(bad).write_bytes(b"flipped")
        outbox.photo_path(lost).unlink()
        assert [outbox.check_photo(one) for one in (good, bad, lost)] == [True, False, False]
        assert {photo.sha256 for photo in outbox.photos("damaged")} == {bad, lost}
        assert outbox.capture(b"2", "image/jpeg", SITE) == bad
        assert [photo.sha256 for photo in outbox.photos("damaged")] == [lost]
        assert outbox.check_photo(bad)


def test_a_photo_leaves_the_disk_only_when_it_may_be_forgotten(tmp_path: Path) -> None:
    with enrolled_outbox(tmp_path) as outbox:
        sha256, other = (outbox.capture(data, "image/jpeg", SITE) for data in (b"1", b"2"))
        outbox.apply_page(page(durable_through=99))
        outbox.photo_stored(sha256)
        outbox.apply_page(page(durable_through=100, seen=Seen(100, uuid4())))
        assert outbox.photo_path(sha256).exists()
        outbox.apply_page(page(durable_through=101))
        assert not outbox.photo_path(sha256).exists()
        assert [photo.sha256 for photo in outbox.photos()] == [other]
        assert outbox.photo_path(other).exists()


def test_bytes_captured_again_meanwhile_are_not_removed(tmp_path: Path) -> None:
    with enrolled_outbox(tmp_path) as outbox:
        sha256 = outbox.capture(b"1", "image/jpeg", SITE)
        outbox._drop_files([sha256])
        assert outbox.photo_path(sha256).exists()
