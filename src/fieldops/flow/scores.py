"""The score on record: set by whoever scores, marked by plugins that could not judge.

Several readers write the one member, so the op is made where it is written: under the lock of the
site, from the score that stands at that moment.  Otherwise one would take off another's mark.
"""

from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow.enter import server_op
from fieldops.flow.handin import Scored
from fieldops.model.finding import Score
from fieldops.rules.figures import round_figure, show_figure
from fieldops.store import records
from fieldops_sync.payloads import InspectionScore

UNCHECKED = "unchecked:"
"""Opens the mark of an inspection that a plugin could not judge; the plugin's name follows."""
_NO_SCORE = InspectionScore(score=None, earned="0", possible="0", scorer="none")


def score_op(session: Session, scorer: str, scored: Scored) -> bytes | None:
    """The op that makes a score stand, or None if it stands already, or the walk was voided since.

    Marks of other plugins stay; the scorer's own is taken off, or put on with ``unchecked``.
    Without ``score`` the figures on record stay.
    """
    state = records.get_one(session, scored.inspection)
    if state is not None and state.state == "voided":
        return None
    kept = None if state is None else state.body.get("score")
    before = None if kept is None else msgspec.convert(kept, InspectionScore)
    if scored.score is None and before is None and not scored.unchecked:
        return None
    new = _scored(scorer, scored, before or _NO_SCORE)
    if before is not None and new == replace(before, cause=UNSET):
        return None
    payload: dict[str, Any] = msgspec.to_builtins(replace(new, cause=scored.cause))
    subject = ("inspection", scored.inspection)
    actor = f"plugin:{scorer}"
    return server_op("inspection.score@1", subject, scored.site, actor, payload)


def _scored(scorer: str, scored: Scored, before: InspectionScore) -> InspectionScore:
    own = UNCHECKED + scorer
    held = [mark for mark in before.marks if mark.startswith(UNCHECKED) and mark != own]
    new = before if scored.score is None else _figures(scorer, scored.score)
    marks = [mark for mark in new.marks if not mark.startswith(UNCHECKED)]
    return replace(new, marks=[*marks, *held, *[own] * scored.unchecked], cause=UNSET)


def _figures(scorer: str, score: Score) -> InspectionScore:
    return InspectionScore(
        score=None if score.score is None else _figure(score.score, 2),
        earned=_figure(score.earned, 4),
        possible=_figure(score.possible, 4),
        scorer=scorer,
        sections={key: _figure(percent, 2) for key, percent in score.sections.items()},
        marks=list(score.marks),
    )


def _figure(figure: Decimal, places: int) -> str:
    rounded = round_figure(figure, places)
    assert rounded is not None, "a score is checked to be small when it is taken in"
    return show_figure(rounded)
