"""What is said to people of a fault of the audit: where it is, and how it was tampered with."""

from fieldops.model.said import Said
from fieldops.rules.auditcheck import Fault, Kind

_KINDS: dict[Kind, tuple[str, str]] = {
    "edited": ("被修改", "edited"),
    "forged": ("不是本系统写入的", "not written by a process that has the key"),
    "deleted": ("缺失", "missing"),
    "inserted": ("被插入", "inserted"),
    "copied": ("是另一行的副本", "a copy of another line"),
    "rechained": ("链被重做", "the chain was made anew"),
    "cut": ("链被截断", "the chain was cut off"),
    "checkpoint": ("检查点被改动", "a checkpoint was tampered with"),
    "index": ("查询索引不符", "not found by what it names"),
    "ops": ("与操作账不符", "not what the ledger holds"),
}


def told(fault: Fault) -> Said:
    """A fault in both languages; what it is about stays as the checker says it."""
    zh, en = _KINDS[fault.kind]
    about = f" ({fault.what})" if fault.what else ""
    return Said(_where(fault, "链", "行") + zh + about, _where(fault, "chain", "row") + en + about)


def _where(fault: Fault, chain: str, row: str) -> str:
    places = ((chain, fault.chain), (row, fault.no))
    return "".join(f"{name} {place} " for name, place in places if place is not None)
