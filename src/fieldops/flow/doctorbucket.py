"""What the doctor says of a bucket: whether it protects what lies in it, and what to turn on."""

from collections.abc import Iterator

from fieldops.flow.checks import Check, amiss, both, ok
from fieldops.model.answertypes import Titles
from fieldops.settings import BlobSettings
from fieldops.store.blobs import BlobError, BlobStore, ObjectLocks, Protection

NAME = "bucket"


def examine(blobs: BlobStore, given: BlobSettings) -> Iterator[Check]:
    """One check of a store that has such abilities; none of another."""
    if not isinstance(blobs, ObjectLocks):
        return
    try:
        offered = blobs.protection()
    except BlobError as error:
        yield amiss(
            NAME, "warn", both(f"无法查询：{error}", f"cannot be asked: {error}"),
            "让密钥可以读取存储桶的版本控制和对象锁设置。",
            "Let the key read the bucket's versioning and object lock settings.",
        )  # fmt: skip
        return
    yield _judge(offered, given)


def _judge(offered: Protection, given: BlobSettings) -> Check:
    found = describe(offered, given.lock_days)
    if given.lock_days and not offered.locks:
        return amiss(
            NAME, "bad", found,
            "设置了 blobs.lock_days，但存储桶没有对象锁：请新建带对象锁的存储桶，或设为 0。",
            "blobs.lock_days is set and the bucket has no object lock: make one that has (it can"
            " only be turned on when a bucket is made), or set it to 0.",
        )  # fmt: skip
    if given.direct and offered.default_days:
        return amiss(
            NAME, "warn", found,
            "存储桶的默认保留也会保留 incoming/ 中的副本：请关闭它，改用 blobs.lock_days。",
            "The bucket's own retention also keeps the copies in incoming/: turn it off, and use"
            " blobs.lock_days instead.",
        )  # fmt: skip
    if not offered.locks and offered.versioning != "on":
        return amiss(
            NAME, "warn", found,
            "密钥泄露或误删会丢失照片：请打开版本控制，最好使用带对象锁的存储桶。",
            "Nothing protects the photos from whoever has the key: turn versioning on, or better,"
            " use a bucket with object lock.",
        )  # fmt: skip
    return ok(NAME, found)


def describe(offered: Protection, lock_days: int) -> Titles:
    """One line: versioning, object lock, retentions, checksums."""
    return both(_zh(offered, lock_days), _en(offered, lock_days))


def _zh(offered: Protection, lock_days: int) -> str:
    version = {"on": "已打开", "off": "未打开", "suspended": "已暂停"}.get(
        offered.versioning, "未知"
    )
    default = (
        f"存储桶自身保留 {offered.default_days} 天（{offered.default_mode}）"
        if offered.default_days
        else "存储桶自身不保留"
    )
    return "，".join(
        [
            f"版本控制{version}",
            f"对象锁{'已打开' if offered.locks else '未打开'}",
            default,
            f"我们保留 {lock_days} 天" if lock_days else "我们不设保留",
            "拒绝校验和不符的照片" if offered.checks_sums else "不核对校验和：照片会被读回核对",
        ]
    )


def _en(offered: Protection, lock_days: int) -> str:
    default = (
        f"its own retention {offered.default_days} d ({offered.default_mode})"
        if offered.default_days
        else "no retention of its own"
    )
    return ", ".join(
        [
            f"versioning {offered.versioning}",
            f"object lock {'on' if offered.locks else 'off'}",
            default,
            f"ours {lock_days} d" if lock_days else "none of ours",
            "refuses wrong checksums"
            if offered.checks_sums
            else "does not check checksums: photos are read back",
        ]
    )
