"""The results of a view: what was judged of each item, beside what is on record about it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from fieldops.model.access import Level
from fieldops.model.answer import Answer, Line, Sheet
from fieldops.model.answertypes import Titles
from fieldops.model.checklist import Item
from fieldops.model.inspection import ResultView
from fieldops.model.personal import Kind
from fieldops.model.record import State
from fieldops.rules.personal import mask
from fieldops.rules.redaction import masked
from fieldops.rules.texts import RAISED, kinds_in
from fieldops_sync.ids import result_id

Slot = tuple[str, str]
"""The item's key and the repeat."""


def seen(state: State, level: Level) -> tuple[dict[str, Any], tuple[Kind, ...]]:
    """A body as the reader of the view may see it, and what kinds of personal data it has."""
    body = state.body
    if RAISED not in body:
        return body, ()
    return masked(body, level), kinds_in([body.get(name) for name in body[RAISED]])


def slot(state: State) -> Slot:
    """The item and repeat that a result or a photo names."""
    return state.body["item"], state.body.get("repeat") or ""


def results_of(
    lines: Iterable[tuple[Item, Line]],
    found: Iterable[State],
    sheet: Sheet,
    moments: Mapping[UUID, datetime],
    inspection: UUID,
    level: Level,
) -> Iterator[ResultView]:
    """The views of judged lines; ``found`` are the results on record, voided ones included."""
    answers = {(answer.item, answer.repeat): answer for answer in sheet.answers}
    # Its id is derived from its item and repeat, which every op that names both was checked for.
    recorded = {slot(one): one for one in found if "item" in one.body}
    for item, line in lines:
        place = line.item, line.repeat
        state, answer = recorded.get(place), answers.get(place)
        id_ = result_id(inspection, *place) if state is None else state.id
        body, personal = seen(state, level) if state is not None and answer else ({}, ())
        moment = moments.get(id_)
        yield _result(
            item,
            line,
            answer or Answer(item=line.item, repeat=line.repeat),
            body,
            titles=titled(item.titles, mask(line.repeat, level)),
            id=id_,
            personal=personal,
            recorded_at="" if moment is None else moment.isoformat(timespec="seconds"),
        )


def _result(
    item: Item, line: Line, answer: Answer, body: Mapping[str, Any], **recorded: Any
) -> ResultView:
    """``body`` is what the reader may see: a value that was masked stands there only."""
    judged = line.judgement
    is_masked = recorded["personal"] and "value" in body
    return ResultView(
        section=line.section,
        item=line.item,
        repeat=line.repeat,
        severity=item.severity,
        value=body["value"] if is_masked else answer.value,
        figure=judged.value if isinstance(judged.value, Decimal) else None,
        usage=judged.usage,
        claimed=answer.outcome,
        outcome=judged.outcome,
        violations=judged.violations,
        answered=judged.answered,
        note=body.get("note") or "",
        photo_count=answer.photo_count,
        **recorded,
    )


def titled(titles: Titles, repeat: str) -> Titles:
    """An item's titles with the name of the repeat that it was answered for, if there is one."""
    if not repeat:
        return titles
    mark = {"zh-CN": f"（{repeat}）", "en": f" ({repeat})"}
    return {lang: text + mark[lang] for lang, text in titles.items()}
