"""Which plugins are installed, by their entry points, and which of them may load."""

from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

GROUP = "fieldops.plugins"
"""The entry-point group; an entry point's name is the plugin's."""


def installed() -> dict[str, EntryPoint]:
    """Every installed plugin, by name; reading this imports none of them."""
    return {point.name: point for point in sorted(entry_points(group=GROUP))}


def chosen(allowlist: Sequence[str] | None) -> tuple[str, ...]:
    """The names to load, sorted: the allowlist, or everything installed where there is none."""
    return tuple(sorted(installed() if allowlist is None else set(allowlist)))
