"""Instants as text."""

from datetime import UTC, datetime
from functools import lru_cache


def rfc3339(ms: int) -> str:
    """Ms since 1970 as RFC 3339 in UTC with ms.

    A page of the log or of a desk has hundreds, mostly of a few hours.
    """
    hour, rest = divmod(ms, 3_600_000)
    return f"{_hour(hour)}{_TWO[rest // 60_000]}:{_TWO[rest // 1000 % 60]}.{rest % 1000:03}Z"


_TWO = [f"{number:02}" for number in range(60)]
"""Minutes and seconds."""


@lru_cache(maxsize=1024)
def _hour(hour: int) -> str:
    return datetime.fromtimestamp(hour * 3600, UTC).isoformat()[:14]
