"""What the members of a finding's ops must hold beyond their types."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fieldops_sync.wire import Op

_BY_PEOPLE = frozenset({"finding.report@1", "finding.assign@1", "recheck.record@1"})


def wrong_finding(op: Op, fields: Mapping[str, Any]) -> str:
    """What is wrong with an op about a finding, or an empty text."""
    if op.type in _BY_PEOPLE and not _is_instant(fields.get("deadline")):
        return "payload.deadline is not RFC 3339 with an offset"
    if op.type == "finding.assign@1" and not (fields.get("owner") or fields.get("team")):
        return "payload names neither owner nor team"
    if op.type == "recheck.record@1":
        return _wrong_recheck(fields)
    return ""


def _wrong_recheck(fields: Mapping[str, Any]) -> str:
    outcome = fields["outcome"]
    if (outcome == "deducted") != ("points" in fields):
        return "payload.points go with the outcome deducted, and with no other"
    if "deadline" in fields and outcome != "again":
        return "payload.deadline goes with the outcome again alone"
    return ""


def _is_instant(text: str | None) -> bool:
    try:
        return text is None or datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
