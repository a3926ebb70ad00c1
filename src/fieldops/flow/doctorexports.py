"""The doctor's look at what destinations of exports need on this machine, before a night finds out.

Whether a destination itself answers is seen when a run goes there (``exportalarms``).
"""

from collections.abc import Iterator

from fieldops.flow.checks import Check, amiss, both
from fieldops.settings import Settings

_NEEDED = ("folder", "secret_file", "key_file", "pseudonym_file")
"""Members of a destination that name something on this machine."""


def examine(settings: Settings) -> Iterator[Check]:
    """One line for each folder and file that is named and not there."""
    for given in settings.export.destinations:
        for name in _NEEDED:
            path = getattr(given, name)
            if path is None or path.exists():
                continue
            yield amiss(
                f"export {given.name}", "warn",
                both(f"{name}：{path} 不存在", f"{name}: {path} is not there"),
                "创建或挂载它，或在设置中更正该导出目的地。",
                "Make or mount it, or correct the destination in the settings.",
            )  # fmt: skip
