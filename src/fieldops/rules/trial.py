"""Play answers by a checklist: what shows, what is not accepted, what it scores."""

from msgspec import Struct

from fieldops.model.answer import Reading, ScoreSheet, Sheet
from fieldops.model.checklist import Checklist, Example
from fieldops.rules.branching import read_sheet
from fieldops.rules.examples import address_of, addresses_of, sheet_of
from fieldops.rules.scoring import score_reading


class Trial(Struct, frozen=True):
    """Answers played.  ``hidden`` are the items that do not show, ``unused`` the addresses that
    were answered and do not show or do not exist.
    """

    sheet: Sheet
    reading: Reading
    score: ScoreSheet
    hidden: tuple[str, ...]
    unused: tuple[str, ...]


def play(checklist: Checklist, example: Example) -> Trial:
    """What becomes of the answers of an example, whether or not it says what should come out."""
    sheet = sheet_of(checklist, example)
    reading = read_sheet(checklist, sheet)
    shown = {address_of(line.item, line.repeat) for line in reading.lines}
    items = {line.item for line in reading.lines}
    every = [item.key for section in checklist.sections for item in section.items]
    return Trial(
        sheet=sheet,
        reading=reading,
        score=score_reading(checklist, reading),
        hidden=tuple(key for key in every if key not in items),
        unused=tuple(each for each in addresses_of(example) if each not in shown),
    )
