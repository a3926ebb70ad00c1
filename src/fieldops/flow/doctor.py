"""Looking over one server: each part, how it stands, and what to do next if something is amiss.

A check never raises: what it cannot look at is what it has to report.
"""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import sqlcipher3
from sqlalchemy import text
from sqlmodel import Session

from fieldops.flow import (
    debts,
    deskcare,
    doctoraudit,
    doctorbucket,
    doctorcare,
    doctorexports,
    doctornotices,
    doctorpictures,
    doctorplugins,
    drill,
    exportalarms,
    reportalarms,
    troubles,
)
from fieldops.flow.checks import Check, State, at, both, same
from fieldops.flow.checks import amiss as _amiss
from fieldops.flow.checks import ok as _ok
from fieldops.model.answertypes import Titles
from fieldops.settings import Settings
from fieldops.store import audit, log, migrate
from fieldops.store.blobs import BlobError, open_blobs
from fieldops.store.engine import (
    Store,
    UnsafeSqlite,
    check_sqlite,
    is_read_only,
    open_store,
)

_GB = 1024**3
FREE_BYTES = (5 * _GB, _GB)
"""Free space below which it warns, and below which something must be done: a day of photos of a
large company, and what SQLite and the spool need to go on."""
BACKUP_DAYS = 7
"""A drill is due once a week."""
_DAY_MS = 24 * 3600 * 1000
_SKEW_MS = 5000
_BUILT_MS = 1_780_000_000_000
"""A clock before mid-2026 is older than this program."""


def examine(settings: Settings, now_ms: int) -> Iterator[Check]:
    """Check every part, one after the other."""
    yield _versions()
    yield _sqlite()
    store = open_store(settings.database_url)
    try:
        found = _database(store)
        yield found
        yield from _blobs(settings)
        yield _spool(settings)
        yield from _disks(settings)
        yield _clock(store if found.state == "ok" else None, now_ms)
        yield doctorpictures.check(settings)
        yield from doctorplugins.examine(settings)
        yield from doctorexports.examine(settings)
        if found.state == "ok":
            with store.read() as session:
                yield from doctorplugins.parked(session, settings)
                yield _backup(session, now_ms)
                yield doctoraudit.check(session, settings, now_ms)
                yield _quarantine(session)
                yield deskcare.sample(session, now_ms)
                yield _debts(session, settings.debt_days, now_ms)
                yield from doctorcare.examine(session, settings, now_ms)
                yield from doctornotices.examine(session, settings, now_ms)
                yield from exportalarms.examine(session, settings, now_ms)
                yield from reportalarms.examine(session, settings, now_ms)
                yield from troubles.examine(session)
    finally:
        store.close()


def _versions() -> Check:
    found = f"fieldops {version('fieldops')}, Python {platform.python_version()}, {sys.platform}"
    return _ok("versions", same(found))


def _sqlite() -> Check:
    found = same(f"SQLite {sqlcipher3.dbapi2.sqlite_version}")
    try:
        check_sqlite()
    except UnsafeSqlite:
        return _amiss(
            "sqlite", "bad", found,
            "此 SQLite 有 WAL 缺陷；请按 requirements.lock 重装 sqlcipher3。",
            "This SQLite can corrupt its WAL; install sqlcipher3 as requirements.lock says.",
        )  # fmt: skip
    return _ok("sqlite", found)


def _database(store: Store) -> Check:
    name = store.engine.url.render_as_string(hide_password=True)
    try:
        with store.engine.connect() as connection:
            standing = migrate.standing(connection)
    except Exception as error:  # noqa: BLE001  # Whatever it is, it is what there is to report.
        why = str(getattr(error, "orig", error)).partition("\n")[0]
        return _amiss(
            "database", "bad", same(f"{name}: {why}"),
            "检查 database_url、数据库服务和权限。",
            "Check database_url, that its server runs, and what the account may do.",
        )  # fmt: skip
    if standing != "current":
        return _not_current(name, standing)
    if store.dialect == "postgresql" and (unsafe := _unsafe_postgres(store)):
        return _amiss(
            "database", "bad", both(f"{name}：{unsafe} 已关闭", f"{name}: {unsafe} is off"),
            "在 PostgreSQL 中打开该设置，否则断电会丢失已确认的数据。",
            "Turn it on in PostgreSQL: without it a power cut loses what was acknowledged.",
        )  # fmt: skip
    with store.read() as session:
        if is_read_only(session):
            return _read_only(name)
        if not log.is_begun(session):
            # Its first server was killed after it had made the tables.
            return _not_current(name, "empty")
        position = log.counter(session)
        return _ok("database", both(f"{name}：位置 {position}", f"{name}: position {position}"))


def _read_only(name: str) -> Check:
    return _amiss(
        "database", "bad", at(name, both("只读", "read-only")),
        "让 database_url 指向主库；若由 default_transaction_read_only 设为只读，请将其关闭。",
        "Let database_url name the primary; or turn default_transaction_read_only off.",
    )  # fmt: skip


def _not_current(name: str, standing: migrate.Standing) -> Check:
    found = {
        "empty": both("还没有数据表", "empty"),
        "older": both("比本程序旧", "older than this program"),
        "newer": both("比本程序新", "newer than this program"),
        "foreign": both("属于别的程序", "another program's"),
    }[standing]
    advice = {
        "empty": ("启动服务或运行 fieldops migrate 以创建。", "Serve, or run fieldops migrate."),
        "older": ("先备份，再运行 fieldops migrate。", "Make a backup, then run fieldops migrate."),
        "newer": ("安装更新的 fieldops。", "Install the newer fieldops that wrote it."),
        "foreign": ("在 database_url 中指定空数据库。", "Name an empty one in database_url."),
    }
    state: State = "warn" if standing == "empty" else "bad"
    return _amiss("database", state, at(name, found), *advice[standing])


def _unsafe_postgres(store: Store) -> str:
    with store.engine.connect() as connection:
        for setting in ("fsync", "full_page_writes"):
            if connection.execute(text(f"SHOW {setting}")).scalar_one() != "on":
                return setting
    return ""


def _blobs(settings: Settings) -> Iterator[Check]:
    given = settings.blobs
    place = (
        str(settings.blob_folder) if given.kind == "disk" else f"{given.endpoint}/{given.bucket}"
    )
    try:
        blobs = open_blobs(settings)
        blobs.check()
    except BlobError as error:
        yield _amiss(
            "blobs", "bad", same(f"{place}: {error}"),
            "检查 blobs 设置、网络和写权限；在此之前照片留在暂存区。",
            "Check the section blobs, the network and the right to write; photos wait meanwhile.",
        )  # fmt: skip
        return
    yield _ok("blobs", at(f"{given.kind} {place}", both("可写可读", "written and read")))
    yield from doctorbucket.examine(blobs, given)


def _spool(settings: Settings) -> Check:
    folder = settings.spool_dir
    if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
        return _amiss(
            "spool", "bad", at(folder, both("不可写", "not writable")),
            "让运行服务的账户可以写入该文件夹。",
            "Let the account that serves write into this folder.",
        )  # fmt: skip
    files = [path for path in folder.glob("*") if path.is_file()]
    size_mb = sum(path.stat().st_size for path in files) / 1024**2
    zh, en = (
        f"{len(files)} 个文件，传输中 {size_mb:.1f} MB",
        f"{len(files)} files, {size_mb:.1f} MB under way",
    )
    return _ok("spool", at(folder, both(zh, en)))


def _disks(settings: Settings) -> Iterator[Check]:
    """Each disk that something is kept on, once."""
    folders = [settings.data_dir, settings.spool_dir, settings.export_folder]
    if settings.database_url.startswith("sqlite:///"):
        folders.append(Path(settings.database_url.removeprefix("sqlite:///")).parent)
    if settings.blobs.kind == "disk":
        folders.append(settings.blob_folder)
    seen: set[int] = set()
    for named in folders:
        folder = next(one for one in (named, *named.absolute().parents) if one.exists())
        if (disk := folder.stat().st_dev) not in seen:
            seen.add(disk)
            yield _disk(folder)


def _disk(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    found = at(folder, both(f"剩余 {free / _GB:.1f} GB", f"{free / _GB:.1f} GB free"))
    if free >= FREE_BYTES[0]:
        return _ok("disk", found)
    return _amiss(
        "disk", "bad" if free < FREE_BYTES[1] else "warn", found,
        "腾出空间，或把照片移到 S3。",
        "Make room, or move the photos to S3.",
    )  # fmt: skip


def _clock(store: Store | None, now_ms: int) -> Check:
    found = datetime.fromtimestamp(now_ms / 1000, UTC).isoformat(timespec="seconds")
    early = both("早于本程序的发布时间", "before this program was made")
    wrong = early if now_ms < _BUILT_MS else None
    if store is not None:
        wrong = wrong or _clock_against(store, now_ms)
    if not wrong:
        return _ok("clock", same(found))
    return _amiss(
        "clock", "warn", at(found, wrong),
        "用 NTP 校准时钟。同步不受影响，但记录的时间会有误。",
        "Set the clock by NTP.  Sync does not mind, but the times on record would be wrong.",
    )  # fmt: skip


def _clock_against(store: Store, now_ms: int) -> Titles | None:
    with store.read() as session:
        latest = audit.latest(session, 1)
        if store.dialect == "postgresql":
            query = text("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
            skew_ms = abs(session.execute(query).scalar_one() - now_ms)
            if skew_ms > _SKEW_MS:
                off_s = f"{skew_ms / 1000:.0f}"
                return both(
                    f"与数据库服务器相差 {off_s} 秒", f"{off_s} s from the database server's"
                )
    if latest and latest[0].at_ms > now_ms + _SKEW_MS:
        return both("早于审计的最后一条记录", "behind the last entry of the audit")
    return None


def _backup(session: Session, now_ms: int) -> Check:
    last = drill.last(session)
    if last is None:
        return _amiss(
            "backup", "warn", both("从未验证过备份", "none was ever verified"),
            "运行 fieldops backup create 和 fieldops backup verify，并放到两处。",
            "Run fieldops backup create and fieldops backup verify; keep it in two places.",
        )  # fmt: skip
    done = both(f"{last.at} 已验证", f"verified {last.at}")
    failed = both(f"{last.at} 验证失败", f"failed {last.at}")
    found = at(last.snapshot, done if last.ok else failed)
    age_ms = now_ms - int(datetime.fromisoformat(last.at).timestamp() * 1000)
    if last.ok and age_ms <= BACKUP_DAYS * _DAY_MS:
        return _ok("backup", found)
    return _amiss(
        "backup", "warn" if last.ok else "bad", found,
        "立即重新备份并验证。",
        "Make a new backup now, and verify it.",
    )  # fmt: skip


def _quarantine(session: Session) -> Check:
    query = text("SELECT count(*) FROM quarantine WHERE state = 'open'")
    waiting: int = session.execute(query).scalar_one()
    if not waiting:
        return _ok("quarantine", both("没有待处理的记录", "empty"))
    return _amiss(
        "quarantine", "warn", both(f"{waiting} 条待处理", f"{waiting} waiting"),
        "请主管用 fieldops quarantine list 查看。",
        "Let a supervisor look: fieldops quarantine list.",
    )  # fmt: skip


def _debts(session: Session, days: int, now_ms: int) -> Check:
    late = debts.overdue(session, now_ms, days)
    if not late.photos:
        return _ok("photos owed", both(f"没有超过 {days} 天的", f"none for more than {days} days"))
    return _amiss(
        "photos owed", "warn",
        both(
            f"{late.photos} 张照片登记超过 {days} 天仍未送达",
            f"{late.photos} photos announced more than {days} days ago have not arrived",
        ),
        "用 fieldops media debts 查看是哪些平板；能找回就同步，否则由主管说明理由后豁免。",
        "See fieldops media debts: have these tablets sync, or let a supervisor waive the photos.",
    )  # fmt: skip
