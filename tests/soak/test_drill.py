"""The restore drill at the size of a company: every hash is the same again, in so many minutes."""

import hashlib
import io
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from bench import company, fill
from sqlalchemy import text
from sqlmodel import Session
from tests.soak.report import report

from fieldops.flow import backup, drill, recover
from fieldops.settings import load_settings
from fieldops.store import media
from fieldops.store.blobs import BlobStore, open_blobs
from fieldops.store.engine import Store, open_store

pytestmark = pytest.mark.soak
RESULTS, PHOTOS, PHOTO_BYTES = 100_000, 2000, 500_000
NOW_MS = 1_795_262_400_000
_HASHES = "SELECT op_id, hash FROM ledger ORDER BY op_id"


def photographed(store: Store, blobs: BlobStore) -> set[str]:
    """Photos that the database names; what each is called is the hash of its bytes."""
    dice, rows = Random(7), []
    for _ in range(PHOTOS):
        data = dice.randbytes(PHOTO_BYTES)
        sha256 = hashlib.sha256(data)
        blobs.put(sha256.hexdigest(), io.BytesIO(data), len(data))
        rows.append(media.MediaRow(sha256.digest(), len(data), "image/jpeg", "stored", NOW_MS))

    def job(session: Session) -> None:
        for row in rows:
            media.put(session, row)

    store.write(job).result(300)
    return {row.sha256.hex() for row in rows}


def hashes(store: Store) -> list[tuple[bytes, bytes]]:
    with store.read() as session:
        return [(bytes(op), bytes(hash_)) for op, hash_ in session.execute(text(_HASHES))]


def read_again(blobs: BlobStore, names: set[str]) -> Iterator[str]:
    """The hashes of what lies under these names."""
    for name in names:
        with blobs.get(name) as source:
            yield hashlib.sha256(source.read()).hexdigest()


def test_a_restored_company_is_the_same_by_every_hash(
    empty_database_url: str, request: pytest.FixtureRequest, tmp_path: Path
):
    url, dest = empty_database_url, tmp_path / "backup"
    made = company.found(url, sites=10)
    fill.fill(url, made, made.sites, RESULTS)
    settings = load_settings(data_dir=tmp_path / "data", database_url=url)
    store, blobs = open_store(url), open_blobs(settings)
    names = photographed(store, blobs)
    began_s = time.monotonic()
    backup.create(store, blobs, dest, NOW_MS)
    copied_s = time.monotonic() - began_s
    done = drill.record(store, dest, drill.verify(dest, "", url, NOW_MS), NOW_MS)
    assert (done.ok, done.recorded, done.faults, done.blobs) == (True, True, [], PHOTOS)
    assert done.ops >= RESULTS
    target = (
        f"sqlite:///{tmp_path / f'{uuid4().hex}.db'}"
        if store.dialect == "sqlite"
        else request.getfixturevalue("make_postgres_database")()
    )
    other = open_blobs(load_settings(data_dir=tmp_path / "other", database_url=target))
    began_s = time.monotonic()
    recover.recover(dest, "", target, other, NOW_MS)
    restored_s = time.monotonic() - began_s
    restored = open_store(target)
    before, after = hashes(store), hashes(restored)
    assert len(before) >= RESULTS
    assert before == after
    assert set(read_again(other, names)) == names
    for one in (store, restored):
        one.close()
    report(
        f"drill {store.dialect}: {done.ops} ops, {done.blobs} photos, {done.bytes / 1e6:.0f} MB;"
        f" backup {copied_s / 60:.2f} min, drill {done.seconds / 60:.2f} min,"
        f" restore {restored_s / 60:.2f} min; equal hashes {len(after) + len(names)} of"
        f" {len(before) + len(names)}"
    )
