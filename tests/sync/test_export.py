import zipfile
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec
import pytest
from tests.sync.factories import DEVICE, SITE, answer_item, custody, enrolled_outbox, pushed

from fieldops_sync.export import BadExport, export_file, read_export
from fieldops_sync.keys import DeviceKey
from fieldops_sync.outbox import NotEnrolled, Outbox
from fieldops_sync.wire import Op, Receipt

PHOTO = Random(3).randbytes(2_500_000)


@pytest.fixture
def outbox(tmp_path: Path):
    with enrolled_outbox(tmp_path / "box") as opened:
        yield opened


@pytest.fixture
def keys(outbox: Outbox):
    return {DEVICE: outbox.key.public_jwk}.get


def test_what_has_no_custody_comes_out_as_it_went_in(outbox: Outbox, keys, tmp_path: Path) -> None:
    settled, refused, pending = (answer_item(outbox, item, "电梯") for item in "abc")
    outbox.settle_push(pushed([custody(settled), Receipt(refused, "refused", False)]))
    stored, waiting = outbox.capture(b"1", "image/png", SITE), outbox.capture(PHOTO, "a/b", SITE)
    outbox.photo_stored(stored)
    written = export_file(outbox, tmp_path / "out.zip")
    with read_export(tmp_path / "out.zip", keys) as export:
        assert export.manifest == written
        assert (written.device, written.incarnation) == (DEVICE, outbox.incarnation)
        ops = [msgspec.json.decode(raw, type=Op) for raw in map(export.op, written.ops)]
        assert [(op.id, op.seq) for op in ops] == [(refused, 2), (pending, 3)]
        (medium,) = export.manifest.media
        assert (medium.sha256, medium.mime, medium.site) == (waiting, "a/b", SITE)
        assert b"".join(export.media(medium)) == PHOTO
    assert outbox.counts() == {"kept": 1, "refused": 1, "pending": 1}
    assert [path.name for path in tmp_path.iterdir()] != ["out.zip.part"]


def test_a_photo_that_the_tablet_cannot_read_keeps_nothing_else(
    outbox: Outbox, keys, tmp_path: Path
) -> None:
    answer_item(outbox, "a")
    good, changed, gone, unreadable = (outbox.capture(b"%d" % n, "a/b", SITE) for n in range(4))
    outbox.photo_path(changed).write_bytes(b"x")
    outbox.photo_path(gone).unlink()
    outbox.photo_path(unreadable).unlink()
    outbox.photo_path(unreadable).mkdir()  # read like a bad sector: OSError
    written = export_file(outbox, tmp_path / "out.zip")
    with read_export(tmp_path / "out.zip", keys) as export:
        assert [*map(export.op, written.ops)]
        (medium,) = export.manifest.media
        assert (medium.sha256, b"".join(export.media(medium))) == (good, b"0")
    assert {photo.sha256 for photo in outbox.photos("damaged")} == {changed, gone}
    assert {photo.sha256 for photo in outbox.photos("waiting")} == {good, unreadable}


def test_an_exported_large_op_has_its_bytes_beside_it(outbox: Outbox, keys, tmp_path: Path) -> None:
    op = answer_item(outbox, "a", "x" * 5000)
    original = outbox.ops()[0].raw
    outbox.send_as_media(op)
    written = export_file(outbox, tmp_path / "out.zip")
    with read_export(tmp_path / "out.zip", keys) as export:
        (raw,) = map(export.op, written.ops)
        assert len(raw) < 1000
        (medium,) = export.manifest.media
        assert b"".join(export.media(medium)) == original


def test_a_tablet_that_was_never_enrolled_cannot_export(tmp_path: Path) -> None:
    with Outbox(tmp_path / "new") as fresh, pytest.raises(NotEnrolled):
        export_file(fresh, tmp_path / "out.zip")


def rewritten(source: Path, target: Path, **changes: bytes | None) -> Path:
    """A copy of an export in which entries (by the end of their names) are others or left out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            key = name.split("/")[0].split(".")[-1] if "." in name.split("/")[0] else name[:3]
            data = changes.get(key, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return target


@pytest.fixture
def exported(outbox: Outbox, tmp_path: Path) -> Path:
    answer_item(outbox, "a")
    outbox.capture(PHOTO, "image/jpeg", SITE)
    export_file(outbox, tmp_path / "out.zip")
    return tmp_path / "out.zip"


def read_all(path: Path, keys) -> None:
    with read_export(path, keys) as export:
        for op in export.manifest.ops:
            export.op(op)
        for medium in export.manifest.media:
            for _ in export.media(medium):
                pass


@pytest.mark.parametrize(
    "changes",
    [
        {"json": b"{}"},
        {"json": b"\xff"},
        {"json": b"x" * (64 * 1024 * 1024 + 1)},
        {"json": None},
        {"jws": None},
        {"jws": b"a.b.c"},
        {"jws": b"a" * 5000},
        {"jws": b"\xff"},
        {"ops": b'{"id":1}'},
        {"ops": None},
        {"med": PHOTO[:-1] + b"\x00"},
        {"med": PHOTO + b"more"},
        {"med": PHOTO[:-1]},
        {"med": None},
    ],
)
def test_a_file_that_was_changed_is_refused(exported: Path, keys, changes) -> None:
    read_all(rewritten(exported, exported.with_name("same.zip")), keys)
    with pytest.raises(BadExport):
        read_all(rewritten(exported, exported.with_name("changed.zip"), **changes), keys)


def test_another_version_is_refused(exported: Path, keys) -> None:
    with zipfile.ZipFile(exported) as archive:
        manifest = archive.read("manifest.json").replace(b'"version":1', b'"version":2')
    with pytest.raises(BadExport, match="version"):
        read_all(rewritten(exported, exported.with_name("v2.zip"), json=manifest), keys)


@pytest.mark.parametrize("at_share", [0.2, 0.5, 0.9])
def test_a_flipped_byte_is_found(exported: Path, keys, at_share: float) -> None:
    data = bytearray(exported.read_bytes())
    data[int(len(data) * at_share)] ^= 1
    exported.write_bytes(data)
    with pytest.raises(BadExport):
        read_all(exported, keys)


def test_a_file_cut_short_is_refused(exported: Path, keys) -> None:
    exported.write_bytes(exported.read_bytes()[:-100])
    with pytest.raises(BadExport):
        read_all(exported, keys)


def test_an_unknown_device_or_another_key_is_refused(exported: Path) -> None:
    other = DeviceKey.generate().public_jwk
    for key_of in (lambda _: None, lambda _: other):
        with pytest.raises(BadExport):
            read_export(exported, key_of)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadExport):
        read_export(tmp_path / "nothing.zip", lambda _: None)


def test_the_same_outbox_gives_the_same_manifest(outbox: Outbox, exported: Path, keys) -> None:
    again = export_file(outbox, exported.with_name("again.zip"))
    with read_export(exported, keys) as export:
        assert export.manifest == again


def test_encrypted_entries_are_refused(exported: Path, keys) -> None:
    data = exported.read_bytes()
    at = data.index(b"PK\x01\x02")
    exported.write_bytes(data[: at + 8] + b"\x01" + data[at + 9 :])
    with pytest.raises(BadExport):
        read_export(exported, keys)


def test_the_key_is_asked_for_by_the_device_named(exported: Path, outbox: Outbox) -> None:
    asked: list[UUID] = []

    def key_of(device: UUID) -> dict[str, str]:
        asked.append(device)
        return outbox.key.public_jwk

    read_export(exported, key_of).__exit__(None, None, None)
    assert asked == [DEVICE]


@pytest.mark.parametrize("flip", [0x01, 0x08, 0x80])
def test_whichever_byte_is_flipped_what_comes_out_is_what_was_signed(
    outbox: Outbox, keys, tmp_path: Path, flip: int
) -> None:
    """Or nothing does: half of a zip is its own directory, which the reader trips over at will."""
    answer_item(outbox, "a")
    outbox.capture(b"photo", "image/jpeg", SITE)
    export_file(outbox, tmp_path / "out.zip")
    whole, damaged = (tmp_path / "out.zip").read_bytes(), tmp_path / "damaged.zip"
    refused = 0
    for at, byte in enumerate(whole):
        damaged.write_bytes(whole[:at] + bytes([byte ^ flip]) + whole[at + 1 :])
        try:
            read_all(damaged, keys)
        except BadExport:
            refused += 1
    assert refused > len(whole) * 0.8
