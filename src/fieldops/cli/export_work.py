"""What ``fieldops export`` does by itself, beside a server or without one: runs, and looks at them.

It takes a run's lease as the worker does, so the two never work on the same one.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import UNSET
from sqlmodel import Session

from fieldops.cli.shell import Shell
from fieldops.flow import auditkey, exporttake, exportviews
from fieldops.flow.exportviews import RunView
from fieldops.flow.setup import SYSTEM
from fieldops.flow.timing import rfc3339
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.rules.checkpoints import fingerprint
from fieldops.store import exports, meta
from fieldops.store.exports import Run, Step

if TYPE_CHECKING:
    from fieldops.export.deliver.interface import Parcel
    from fieldops.export.manifest import Manifest
    from fieldops.export.nightly import Keeper
    from fieldops.export.steps import Hear
    from fieldops.flow.worker import Tools

_ID_DIGITS = 8
_STEPS: dict[Step, tuple[str, str]] = {
    "write": ("写入", "writing"),
    "deliver": ("送达", "delivering"),
    "verify": ("核对", "verifying"),
}


def make(shell: Shell, destination: str, full: bool, days: tuple[date, date] | None) -> RunView:
    """Plan a run and bring it as far as it gets.

    Raises ``ProblemError`` destination-unknown, export-under-way, export-failed.
    """
    from fieldops.export.deliver.interface import DeliveryError
    from fieldops.export.demand import wanted_run

    given = exportviews.known(shell.settings, destination)
    with _tools(shell) as tools:
        with tools.store.read() as session:
            secret = meta.secret(session)
        try:
            asked = wanted_run(given, secret, SYSTEM, full, days)
        except DeliveryError as error:
            raise ProblemError(operation("export-failed", str(error))) from error
        tools.store.write(lambda s: exporttake.plan(s, asked, shell.now_ms())).result()
        return _bring(shell, tools, asked.id)


def again(shell: Shell, name: str) -> RunView:
    """Deliver a run once more.  Raises ``ProblemError``, as ``make`` does."""
    with _tools(shell) as tools:

        def job(session: Session) -> UUID:
            found = find(session, name)
            return exporttake.redeliver(session, found.id, SYSTEM, shell.now_ms()).id

        return _bring(shell, tools, tools.store.write(job).result())


def verify(shell: Shell, name: str, trust: Sequence[str]) -> dict[str, Any]:
    """Read a run back from its destination, and look at its checkpoint of the audit.  Raises
    ``ProblemError`` export-failed and others.
    """
    from fieldops.export import keeping, parcel
    from fieldops.export.deliver.carriers import carrier
    from fieldops.export.deliver.interface import DeliveryError
    from fieldops.store.blobs import BlobError

    with _tools(shell) as tools:
        with tools.store.read() as session:
            run, secret = find(session, name), meta.secret(session)
        given = exportviews.known(shell.settings, run.destination)
        try:
            whole, known = keeping.find(shell.settings, run)
            way = carrier(shell.settings, given, secret, shell.now_ms)
            try:
                with _shown(shell) as hear:
                    counted = _counting(hear, run.totals.bytes)
                    way.verify(whole, counted)
            finally:
                way.close()
        except parcel.Broken as error:
            told = Said(f"文件不完整：{error}", str(error))
            raise ProblemError(problem("export-removed", told)) from error
        except (DeliveryError, BlobError) as error:
            raise ProblemError(operation("export-failed", str(error))) from error
    return _told(shell, whole, known, trust)


def verify_folder(shell: Shell, folder: Path, trust: Sequence[str]) -> dict[str, Any]:
    """Hash a run that lies in a folder, as head office does.  Raises ``ProblemError``."""
    from fieldops.export import parcel

    try:
        whole, known = parcel.find(UUID(int=0), folder.name, folder)
        with _shown(shell) as hear:
            size = sum(one.size_bytes for one in whole.everything)
            parcel.check(whole, _counting(hear, size))
    except parcel.Broken as error:
        raise ProblemError(operation("export-failed", str(error))) from error
    wrong = parcel.unreconciled(whole, known)
    if wrong:
        raise ProblemError(operation("export-failed", "\n".join(wrong)))
    return _told(shell, whole, known, trust)


def find(session: Session, name: str) -> Run:
    """A run by its name, its id, or the beginning of one.  Raises ``ProblemError``."""
    found = exports.named(session, name)
    if found is not None:
        return found
    digits = name.replace("-", "").lower()
    known = exports.listing(session, "", None, 10_000) if len(digits) >= _ID_DIGITS else []
    matching = [one for one in known if one.id.hex.startswith(digits)]
    if len(matching) != 1:
        raise ProblemError(operation("ambiguous-name" if matching else "unknown-name", name))
    return matching[0]


def show_schema(shell: Shell, name: str | None) -> None:
    """The datasets of the core, of checklist versions and of plugins, or the columns of one.

    Raises ``ProblemError`` unknown-name.
    """
    from fieldops.export.offered import every

    at = shell.language
    sets = shell.read(lambda session: every(session, shell.settings))
    if name is None:
        rows = [
            {"name": one.name, "version": one.version, "title": one.title[at],
             "domain": one.domain, "key": list(one.key), "columns": len(one.columns)}
            for _, one in sorted(sets.items())
        ]  # fmt: skip
        shell.table(rows, _SETS)
        return
    if name not in sets:
        raise ProblemError(operation("unknown-name", name))
    shown = [
        {"name": one.name, "type": one.type, "level": one.level, "unit": one.unit,
         "title": one.title[at]}
        for one in sets[name].columns
    ]  # fmt: skip
    shell.table(shown, _COLUMNS)


_SETS = (
    ("name", "数据集", "dataset"),
    ("version", "版本", "version"),
    ("title", "名称", "title"),
    ("domain", "领域", "domain"),
    ("key", "主键", "key"),
    ("columns", "列数", "columns"),
)
_COLUMNS = (
    ("name", "列", "column"),
    ("type", "类型", "type"),
    ("level", "数据级别", "data level"),
    ("unit", "单位", "unit"),
    ("title", "名称", "title"),
)


def _bring(shell: Shell, tools: "Tools", run: UUID) -> RunView:
    """Work on a run until it has arrived, or cannot go on; how it stands then."""
    with _shown(shell) as hear:
        with tools.store.read() as session:
            found = exportviews.one(session, run)
        _keeper(tools, found.destination, hear).work(found)
        with tools.store.read() as session:
            return exportviews.show(session, run)


def _keeper(tools: "Tools", destination: str, hear: "Hear") -> "Keeper":
    from fieldops.export.nightly import Keeper

    return Keeper(tools, exportviews.known(tools.settings, destination), hear)


@contextmanager
def _tools(shell: Shell) -> "Iterator[Tools]":
    """What the worker's job works with, in this process."""
    from fieldops.flow.react import DirectHandin
    from fieldops.flow.worker import Tools
    from fieldops.store.blobs import open_blobs

    with shell.store() as store:
        handin = DirectHandin(store, shell.now_ms)
        blobs, stop = open_blobs(shell.settings), threading.Event()
        yield Tools(shell.settings, store, blobs, handin, stop, shell.now_ms)


@contextmanager
def _shown(shell: Shell) -> "Iterator[Hear]":
    """A line of progress for each step."""
    with shell.progress() as progress:
        tasks: dict[Step, Any] = {}

        def hear(step: Step, done: int, of: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(shell.text(*_STEPS[step]), total=of or None)
            progress.update(tasks[step], completed=done, total=of or None)

        yield hear


def _counting(hear: "Hear", size: int) -> Callable[[int], None]:
    done = 0

    def beat(count: int) -> None:
        nonlocal done
        done += count
        hear("verify", done, size)

    return beat


def _told(shell: Shell, whole: "Parcel", known: "Manifest", trust: Sequence[str]) -> dict[str, Any]:
    """What was found right.  Raises ``ProblemError`` export-failed for a checkpoint that is not."""
    from fieldops.export import parcel

    own = auditkey.read(shell.settings)
    wrong = parcel.unvouched(known, frozenset(trust or (own.public if own else ())))
    if wrong:
        raise ProblemError(operation("export-failed", wrong))
    told = {
        "run": known.fieldops.run,
        "files": len(whole.everything),
        "manifest_sha256": whole.manifest.sha256,
    }
    if known.audit is UNSET:
        return told | {"audit": None}
    said = known.audit
    vouched = {"last": said.last, "at": rfc3339(said.at_ms), "key": said.key}
    return told | {"audit": vouched | {"fingerprint": fingerprint(said.key)}}
