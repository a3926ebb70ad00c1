"""Instants as text."""

from datetime import UTC, datetime


def rfc3339(ms: int) -> str:
    """Ms since 1970 as RFC 3339 in UTC with ms."""
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
