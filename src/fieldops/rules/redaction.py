"""What a reader below a data level sees instead (domain.md, rules 11 and 12)."""

from typing import Any

from fieldops.model.access import Level

_LEVELS: dict[str, dict[str, Level]] = {"feedback": {"contact": Level.L2}}
"""The data level of members above L1, by kind of subject."""


def redact(kind: str, body: dict[str, Any], level: Level) -> dict[str, Any]:
    """The body as somebody with this level may see it: members above it are withheld by name."""
    hidden = [name for name, needed in _LEVELS.get(kind, {}).items() if needed > level]
    hidden = [name for name in hidden if name in body]
    if not hidden:
        return body
    kept = {name: value for name, value in body.items() if name not in hidden}
    return {**kept, "withheld": sorted(hidden)}
