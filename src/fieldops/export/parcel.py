"""A written run as it is found in its folder, and whether it is whole."""

import hashlib
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import UNSET

from fieldops.export import manifest as manifests
from fieldops.export.deliver.interface import CHUNK_BYTES, MANIFEST, Beat, File, Parcel
from fieldops.export.manifest import Manifest
from fieldops.rules.checkpoints import fingerprint, is_signed
from fieldops.settings import Settings
from fieldops.store.exports import Run, Totals

_HASH = "sha256:"


class Broken(Exception):
    """The folder does not hold the run that it should; the text says what is wrong."""


def folder_of(settings: Settings, run: Run) -> Path:
    """Where a run lies on this machine while it is worked on; ``keeping`` is for good."""
    return settings.export_folder / run.destination / run.name


def find(run: UUID, name: str, folder: Path) -> tuple[Parcel, Manifest]:
    """The run in ``folder``, by its manifest.  Raises ``Broken`` if there is none."""
    try:
        raw = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise Broken(f"{folder} holds no manifest") from error
    return read(run, name, folder, raw)


def read(run: UUID, name: str, folder: Path, raw: bytes) -> tuple[Parcel, Manifest]:
    """The run that a manifest's bytes tell of.  Raises ``Broken`` if they are none."""
    try:
        known = manifests.read(raw)
    except msgspec.MsgspecError as error:
        raise Broken(f"{folder} holds no manifest") from error
    files = {
        one.path: File(one.path, one.hash.removeprefix(_HASH), one.bytes) for one in known.resources
    }
    own = File(MANIFEST, hashlib.sha256(raw).hexdigest(), len(raw))
    return Parcel(run, name, folder, tuple(files[path] for path in sorted(files)), own), known


def check(parcel: Parcel, beat: Beat) -> None:
    """Hash every file once more.  Raises ``Broken``."""
    for file in parcel.everything:
        try:
            found = _hash(parcel.folder / file.path, beat)
        except OSError as error:
            raise Broken(f"{file.path}: {error.strerror}") from error
        if found != file.sha256:
            raise Broken(f"{file.path} is not what its manifest says")


def unreconciled(parcel: Parcel, known: Manifest) -> list[str]:
    """What in a run does not add up, in words; empty if everything does.

    Each file has the rows of its dataset (JSON Lines are counted, not believed), and these are as
    many as their kinds of change say.
    """
    sets = known.fieldops.datasets
    wrong = []
    for one in known.resources:
        rows = _lines(parcel.folder / one.path) if one.format == "jsonl" else one.rows
        if isinstance(one.dataset, str) and isinstance(rows, int):
            said = sets[one.dataset].totals.rows
            wrong += [f"{one.path} has {rows} rows, {one.dataset} {said}"] if rows != said else []
    for name, facts in sets.items():
        told = sum(facts.totals.changes.values())
        if told != facts.totals.rows:
            wrong.append(f"{name} has {facts.totals.rows} rows, its kinds of change {told}")
    return wrong


def unvouched(known: Manifest, trusted: frozenset[str]) -> str:
    """What is wrong with the checkpoint of the audit that travels with a run; empty if nothing is.

    ``trusted`` are public keys; with none its signature is held against the key that it names, so
    whoever looks must know that key by its fingerprint.
    """
    said = known.audit
    if said is UNSET or is_signed(said, trusted or frozenset({said.key})):
        return ""
    if trusted and is_signed(said, frozenset({said.key})):
        return f"the checkpoint of the audit is signed by a strange key {fingerprint(said.key)}"
    return "the checkpoint of the audit is not signed, or was changed"


def totals(parcel: Parcel, known: Manifest) -> Totals:
    """How much a run holds; a row counts once, whatever formats it is written in."""
    return Totals(
        files=len(parcel.everything),
        rows=sum(one.totals.rows for one in known.fieldops.datasets.values()),
        bytes=sum(one.size_bytes for one in parcel.everything),
    )


def _hash(path: Path, beat: Beat) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as opened:
        while piece := opened.read(CHUNK_BYTES):
            digest.update(piece)
            beat(len(piece))
    return digest.hexdigest()


def _lines(path: Path) -> int:
    with path.open("rb") as opened:
        return sum(piece.count(b"\n") for piece in iter(lambda: opened.read(CHUNK_BYTES), b""))
