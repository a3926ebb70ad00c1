"""What a dataset's rows add up to, reckoned while they are written."""

from collections import Counter
from decimal import Decimal

from fieldops.export.columns import Columns
from fieldops.export.files.sheet import places
from fieldops.export.manifest import Totals
from fieldops.model.dataset import CONTROL, Dataset
from fieldops.rules.figures import CONTEXT, show_figure


class Totaller:
    """Counts rows by kind of change and adds up the columns of numbers."""

    def __init__(self, dataset: Dataset) -> None:
        self._changes: Counter[str] = Counter()
        self._summed = tuple(
            at
            for at in places(dataset, frozenset({"integer", "decimal"}))
            if dataset.columns[at].name not in CONTROL
        )
        self._names = [dataset.columns[at].name for at in self._summed]
        self._sums = [Decimal(0) for _ in self._summed]

    def add(self, columns: Columns) -> None:
        """Count rows as they are written."""
        self._changes.update(columns[0])
        for number, at in enumerate(self._summed):
            # Few numbers are different ones, and reading one takes longer than counting it.
            counted = Counter(columns[at])
            del counted[None]
            for value, times in counted.items():
                added = CONTEXT.multiply(Decimal(value), times)
                self._sums[number] = CONTEXT.add(self._sums[number], added)

    def totals(self) -> Totals:
        """So far."""
        return Totals(
            rows=self._changes.total(),
            changes=dict(sorted(self._changes.items())),
            sums={n: show_figure(one) for n, one in zip(self._names, self._sums, strict=True)},
        )
