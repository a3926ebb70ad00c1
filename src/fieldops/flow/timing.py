"""Instants as text."""

from datetime import UTC, datetime
from functools import lru_cache


def rfc3339(ms: int) -> str:
    """Ms since 1970 as RFC 3339 in UTC with ms.

    A page of the log or of a desk has hundreds, mostly of a few hours.
    """
    hour, rest = divmod(ms, 3_600_000)
    second, rest = divmod(rest, 1000)
    return _hour(hour) + _SECONDS[second] + _REST[rest]


_SECONDS = [f"{number // 60:02}:{number % 60:02}" for number in range(3600)]
"""Minutes and seconds of an hour."""
_REST = [f".{number:03}Z" for number in range(1000)]
"""The ms of a second; to write them each time takes as long as all else."""


@lru_cache(maxsize=1024)
def _hour(hour: int) -> str:
    return datetime.fromtimestamp(hour * 3600, UTC).isoformat()[:14]
