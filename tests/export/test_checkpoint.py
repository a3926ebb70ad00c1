"""The audit's checkpoint travels with every run, and convicts whoever writes history anew."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import text
from sqlmodel import Session
from tests.export.delivering import MANIFEST, Office, delivering, folder
from tests.flow.tampering import _line, _link_anew

from fieldops.export import parcel
from fieldops.export.manifest import Manifest
from fieldops.flow import auditing, auditkey, auditverify
from fieldops.flow.auditing import Chainer
from fieldops.model.problem import ProblemError
from fieldops.rules.auditchain import content_of, mark
from fieldops.rules.checkpoints import Keys, parse
from fieldops.store import audit

STRANGE = parse("ab" * 32)


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with delivering(database_url, tmp_path, folder("office", tmp_path / "out")) as one:
        yield one


def keys_of(office: Office) -> Keys:
    found = auditkey.read(office.tools.settings)
    assert found is not None
    return found


def chain(office: Office) -> None:
    """What the worker does every second, a minute later."""
    office.server.clock.now_ms += auditing.CHECKPOINT_MS
    tools = office.tools
    place = tools.settings.data_dir
    Chainer(tools.store, tools.handin, place, keys_of(office), tools.clock_ms).step()


def night(office: Office, out: Path) -> tuple[Path, Manifest]:
    """A night's run at its destination."""
    office.night()
    path = out / office.runs()[-1].name / MANIFEST
    return path, msgspec.json.decode(path.read_bytes(), type=Manifest)


def test_a_run_carries_the_newest_checkpoint_and_is_the_same_when_repeated(
    office: Office, tmp_path: Path
):
    path, first = night(office, tmp_path / "out")
    assert first.audit is msgspec.UNSET  # nothing was signed yet
    assert b'"audit"' not in path.read_bytes()
    chain(office)
    path, made = night(office, tmp_path / "out")
    assert made.audit is not msgspec.UNSET
    assert made.audit.key == keys_of(office).public[0]
    before = path.read_bytes()
    office.write()
    chain(office)
    run = office.runs()[-1]
    statement = text("UPDATE export_run SET step = 'write', manifest = ''")
    office.server.do(lambda s: s.execute(statement))
    (parcel.folder_of(office.tools.settings, run) / MANIFEST).unlink(missing_ok=True)
    office.keeper("office").work(office.runs()[-1])
    assert path.read_bytes() == before


def unvouched(made: Manifest) -> None:
    said = made.audit
    assert said is not msgspec.UNSET
    ours, others = frozenset({said.key}), frozenset(STRANGE.public)
    for trusted in (frozenset[str](), ours, ours | others):
        assert parcel.unvouched(made, trusted) == ""
    assert "strange key" in parcel.unvouched(made, others)
    changed = replace(made, audit=replace(said, hash="00" * 32))
    for trusted in (frozenset[str](), ours, others):
        assert "was changed" in parcel.unvouched(changed, trusted)
    assert parcel.unvouched(replace(made, audit=msgspec.UNSET), ours) == ""


EDITS = (
    ("UPDATE audit SET action = 'user.love' WHERE chain = 3", "rechained"),
    ("DELETE FROM audit WHERE chain = 3", "rechained"),
    ("DELETE FROM audit WHERE chain > 3", "cut"),
)


def test_a_superuser_who_signs_a_whole_new_history_is_found_by_the_export(
    office: Office, tmp_path: Path
):
    for number in range(6):
        entry = audit.Entry("user.add", 1000 + number, subject=UUID(int=number))
        office.server.do(partial(audit.add, entry=entry))
    chain(office)
    path, made = night(office, tmp_path / "out")
    unvouched(made)
    assert made.audit is not msgspec.UNSET
    key = made.audit.key
    kept = auditverify.read_copies(path, frozenset({key}))
    with pytest.raises(ProblemError, match=f"signed by {key}.*--trust"):
        auditverify.read_copies(path, frozenset(STRANGE.public))
    with office.tools.store.read() as session:
        assert auditverify.verify(session, keys_of(office), kept).ok
    for edit, kind in EDITS:
        with Session(office.tools.store.engine) as session:
            session.execute(text(edit))
            _write_anew(session, office.tools.clock_ms())
            assert auditverify.verify(session, STRANGE).ok, "nothing here remembers"
            found = auditverify.verify(session, STRANGE, kept, frozenset({key}))
            session.rollback()
        told = [(one.kind, one.what.partition(";")[0]) for one in found.faults]
        strange = ("checkpoint", f"by a strange key {STRANGE.public[0][:16]}")
        assert (told[0], told[-1]) == (strange, (kind, MANIFEST))


def _write_anew(session: Session, now_ms: int) -> None:
    """All that the new key needs to look as if it had always been there; even a restore."""
    session.execute(text("DELETE FROM audit_checkpoint"))
    session.execute(text("DELETE FROM audit_subject WHERE no NOT IN (SELECT no FROM audit)"))
    for (no,) in session.execute(text("SELECT no FROM audit ORDER BY no")).all():
        made = mark(STRANGE.marking, content_of(_line(session, no)))
        session.execute(text("UPDATE audit SET mark = :m WHERE no = :no"), {"m": made, "no": no})
    _link_anew(session)
    auditing.sign_restore(session, STRANGE, now_ms)
