"""What the doctor says of the care of photos: damage, scrubbing, collection, holds."""

from collections.abc import Iterator, Mapping

from sqlmodel import Session

from fieldops.flow.caretake import is_paused, last_round
from fieldops.flow.checks import Check, amiss, both, ok
from fieldops.settings import Settings
from fieldops.store import checks, holds

_HOUR_MS = 3600 * 1000
_DAY_MS = 24 * _HOUR_MS
LATE = 3
"""A round that is overdue by so many times its period is not run by anybody."""
_LATE_SHARE = 0.01
"""So much of the photos may be checked late: a server that was off for a day catches up."""


def examine(session: Session, settings: Settings, now_ms: int) -> Iterator[Check]:
    """Check each part of the care."""
    days = settings.care.scrub_days
    standing = checks.standing(session, now_ms - days * _DAY_MS)
    yield _damage(standing)
    yield _scrub(standing, days, now_ms)
    yield _collection(session, settings.care.collect_hours, now_ms)
    count = len(holds.everything(session))
    kept = settings.care.retention_days
    for_ever = both("照片永久保留", "photos are kept for ever")
    yield ok("retention", both(f"{kept} 天", f"{kept} days") if kept else for_ever)
    yield ok("legal holds", both(f"生效 {count} 项", f"{count} standing"))


def _damage(standing: checks.Standing) -> Check:
    if not standing.damaged:
        zh, en = f"已存 {standing.stored} 张，均完好", f"{standing.stored} stored, none damaged"
        return ok("photos", both(zh, en))
    return amiss(
        "photos", "bad",
        both(
            f"{standing.stored} 张中 {standing.damaged} 张损坏或缺失",
            f"{standing.damaged} damaged or missing of {standing.stored}",
        ),
        "检查存储介质；仍保留照片的平板会自动重传，其余请从备份取回，再运行 fieldops media scrub。",
        "Check the disk or bucket.  Tablets that still keep a photo send it again; take the others"
        " from a backup, then run fieldops media scrub.",
    )  # fmt: skip


def _scrub(standing: checks.Standing, days: int, now_ms: int) -> Check:
    if not standing.stored or standing.oldest_ms is None:
        return ok("scrub", both("没有需要读回核对的照片", "nothing to read back"))
    done = 1 - standing.overdue / standing.stored
    age_days = max(0, now_ms - standing.oldest_ms) / _DAY_MS
    found = both(
        f"{days} 天内已读回核对 {done:.0%}，最早的在 {age_days:.0f} 天前",
        f"{done:.0%} read back within {days} days, the oldest {age_days:.0f} days ago",
    )
    if standing.overdue <= standing.stored * _LATE_SHARE or age_days <= days + 1:
        return ok("scrub", found)
    return amiss(
        "scrub", "warn", found,
        "提高 care.scrub_mb_s，或检查工作进程是否在运行。",
        "Raise care.scrub_mb_s, or see whether the worker runs.",
    )  # fmt: skip


_COLLECTED: tuple[dict[str, str], ...] = (
    {"orphans": "已清理", "strays": "新发现的无主文件", "waiting": "未能删除"},
    {"orphans": "removed", "strays": "newly found", "waiting": "not deleted yet"},
)


def _done(counts: Mapping[str, int], names: Mapping[str, str]) -> Iterator[str]:
    """What a round did, in words of one language."""
    for name, count in counts.items():
        yield f"{names.get(name, name)} {count}"


def _collection(session: Session, hours: int, now_ms: int) -> Check:
    last = last_round(session, "collect")
    zh, en = (
        ("；恢复备份后暂停", "; paused after a restore") if is_paused(session, now_ms) else ("", "")
    )
    if last is None:
        return ok("collection", both(f"尚未运行{zh}", f"has not run yet{en}"))
    age_h = (now_ms - last.at_ms) / _HOUR_MS
    done_zh, done_en = (", ".join(_done(last.done, names)) for names in _COLLECTED)
    found = both(f"{age_h:.0f} 小时前：{done_zh}{zh}", f"{age_h:.0f} h ago: {done_en}{en}")
    if age_h <= hours * LATE and not last.done.get("waiting"):
        return ok("collection", found)
    return amiss(
        "collection", "warn", found,
        "检查工作进程和存储的删除权限，再运行 fieldops media collect。",
        "See whether the worker runs and the store lets us delete; then fieldops media collect.",
    )  # fmt: skip
