"""Which records desks list, and by what: the pure rule that the push and the rebuild share.

Of results and photos, which are nearly everything that a push brings, only those have a row that
desks look for by themselves: a result that fails, what is in conflict, what was decided on.  The
others are found by their inspection (``records``).  So a list is exact at once, and a push of a
hundred results writes a handful of rows more.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID
from zlib import crc32

from fieldops.model.record import State

Row = tuple[Any, ...]
"""A row of ``desk_row``, its columns in the order of the table."""
AT_MS = 3
"""Where in a row its time stands."""
MAY_BE_LISTED = (
    "(record.kind NOT IN ('result', 'photo') OR record.state = 'fail'"
    " OR record.conflict IS NOT NULL OR record.revision > 1)"
)
"""What holds of every record that has a row, and of few others: spares reading them all."""
_TRAYS = 16
_PRIVATE = frozenset({"person", "receipt"})
_MANY = frozenset({"result", "photo"})


def is_listed(state: State) -> bool:
    """Whether a record has a row."""
    if state.kind not in _MANY:
        return state.kind not in _PRIVATE
    if state.state == "fail" or state.conflict:
        return True
    return state.revision > 1 and "verdict" in state.body


def row(state: State, began_ms: int) -> Row:
    """What a record is listed by; ``began_ms`` is when its first op occurred (``began``)."""
    body = state.body
    item, who, at_ms = body.get("item"), body.get("owner") or body.get("by"), began_ms
    if state.kind == "round":
        item, at_ms = body.get("plan"), _due_ms(body) or began_ms
    definition = body.get("checklist") if state.kind == "inspection" else body.get("def")
    # A PostgreSQL text holds no NUL; the op as sent stands in the ledger.
    item = item.replace("\0", "\ufffd") if isinstance(item, str) else ""
    return (
        state.id.bytes,
        state.kind,
        state.feed.bytes,
        at_ms,
        state.state,
        _id(str(who)),
        item,
        _sha256(str(definition)),
        1 if state.conflict else 0,
        str(body.get("verdict") or ""),
        tray_of(item) if state.kind == "result" and state.state == "fail" else None,
    )


@lru_cache(maxsize=4096)
def tray_of(item: str) -> int:
    """Where the failed results of an item lie, among those of a few other items.

    An index by item would have each batch write to as many pages as it has items that fail.
    """
    return crc32(item.encode()) % _TRAYS


def _due_ms(body: Mapping[str, Any]) -> int | None:
    """A round stands where it is due, and below its plan."""
    due = body.get("due")
    return None if due is None else int(datetime.fromisoformat(due).timestamp() * 1000)


@lru_cache(maxsize=1024)
def _id(text: str) -> bytes | None:
    try:
        return UUID(text).bytes
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def _sha256(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None
