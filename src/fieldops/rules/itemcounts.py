"""Count the judged results of walks by item, across versions."""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from fieldops.model.inspection import Inspection, ResultView
from fieldops.rules.figures import round_figure


class Counts(Struct):
    """How often an item was answered and what came out."""

    answered: int = 0
    failed: int = 0
    not_applicable: int = 0
    not_accepted: int = 0

    def add(self, result: ResultView) -> None:
        """Count one result; what was left open counts as nothing."""
        if not result.answered:
            return
        self.answered += result.outcome in ("pass", "fail")
        self.failed += result.outcome == "fail"
        self.not_applicable += result.outcome == "na"
        self.not_accepted += result.outcome is None

    @property
    def failed_percent(self) -> Decimal | None:
        """The failures among those that passed or failed, to one decimal place."""
        if not self.answered:
            return None
        return round_figure(Decimal(100 * self.failed) / self.answered, 1)


def count(into: dict[str, Counts], inspection: Inspection, keys: Mapping[str, str | None]) -> None:
    """Count the results of a walk under the keys that its items have in the version looked at."""
    for result in inspection.results:
        key = keys.get(result.item, result.item)
        if key is not None:
            into.setdefault(key, Counts()).add(result)


def trend(now: Counts, before: Counts) -> Decimal | None:
    """By how many points of a percent the share of failures has risen."""
    new, old = now.failed_percent, before.failed_percent
    return None if new is None or old is None else new - old
