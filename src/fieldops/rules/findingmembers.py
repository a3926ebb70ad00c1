"""What the members of a finding's ops must hold beyond their types."""

from collections.abc import Mapping
from datetime import MAXYEAR, UTC, datetime
from typing import Any

from fieldops.model.said import NOTHING, Said
from fieldops_sync.wire import Op

_BY_PEOPLE = frozenset({"finding.report@1", "finding.assign@1", "recheck.record@1"})


def wrong_finding(op: Op, fields: Mapping[str, Any]) -> Said:
    """What is wrong with an op about a finding, or an empty text."""
    if op.type in _BY_PEOPLE and not is_instant(fields.get("deadline")):
        return Said(
            "payload.deadline 不是带时区的 RFC 3339 时间",
            "payload.deadline is not RFC 3339 with an offset",
        )
    if op.type == "finding.assign@1" and not (fields.get("owner") or fields.get("team")):
        return Said("payload 须填责任人 owner 或班组 team", "payload names neither owner nor team")
    if op.type == "recheck.record@1":
        return _wrong_recheck(fields)
    return NOTHING


def _wrong_recheck(fields: Mapping[str, Any]) -> Said:
    outcome = fields["outcome"]
    if (outcome == "deducted") != ("points" in fields):
        return Said(
            "payload.points 仅在复查结果为扣分关闭（deducted）时填写，且必须填写",
            "payload.points go with the outcome deducted, and with no other",
        )
    if "deadline" in fields and outcome != "again":
        return Said(
            "payload.deadline 仅在复查结果为二次整改（again）时填写",
            "payload.deadline goes with the outcome again alone",
        )
    return NOTHING


def is_instant(text: str | None) -> bool:
    """Whether it is an instant that every time zone can say: a year from 2 to 9998 in UTC.

    An app whose "no date" is 0001-01-01T00:00:00+08:00 means the year 0.
    """
    if text is None:
        return True
    try:
        moment = datetime.fromisoformat(text)
        # Python reads past a NUL behind the Z; others would not.
        return (
            "\0" not in text
            and moment.tzinfo is not None
            and 1 < moment.astimezone(UTC).year < MAXYEAR
        )
    except (ValueError, OverflowError):
        return False
