"""What stands behind each figure: the numbers of its walks, findings, feedback and rounds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from fieldops.model.assessment import Case
from fieldops.model.report import Behind, Entry


def of(
    cases: Iterable[Case], walks: Mapping[UUID, int], entries: Sequence[Entry]
) -> tuple[Behind, ...]:
    """Every figure that has cases, by its name; own ones before a third party's."""
    known = {one.id: one.number for one in entries} | dict(walks)
    found: dict[tuple[str, str], dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for case in cases:
        if case.id in known:
            found[case.source, case.counted][case.kind].add(known[case.id])
    return tuple(
        Behind(counted, source, {kind: tuple(sorted(one)) for kind, one in sorted(kinds.items())})
        for (source, counted), kinds in sorted(found.items())
    )


def ranges(numbers: Sequence[int], letter: str) -> str:
    """Numbers in order as people write them: ``W1–W4, W7``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        f"{letter}{run[0]}" if len(run) == 1 else f"{letter}{run[0]}–{letter}{run[-1]}"
        for run in runs
    )
