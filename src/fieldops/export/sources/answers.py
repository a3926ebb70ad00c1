"""What a result answers, as the columns ``value``, ``number`` and ``withheld`` have it."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from fieldops.export.bodies import Op, ResultBody
from fieldops.export.context import Context
from fieldops.rules.figures import read_figure

Answer = tuple[str | None, str | None, bool]
_KEPT = 65_536


def answer(body: ResultBody, context: Context) -> Answer:
    """The answer as text, as a number where it is one, and whether it is withheld."""
    value = body.value
    if value is None:
        return None, None, False
    level, is_worded = context.answer(body)
    if level > context.level:
        return None, None, True
    if not isinstance(value, str):
        text = msgspec.json.encode(value).decode()  # choices and the like are JSON
        shown = context.masked(text) if is_worded else text
        return shown, _number(value) if shown == text else None, False
    if is_worded:
        return context.masked(value) or None, None, False
    return value or None, _number(value), False


def answers(ops: Iterable[Op[ResultBody]], context: Context) -> Iterator[Answer]:
    """The answers of many results; of those that are text, each is made once."""
    known = context.answers
    for op in ops:
        body, version = op.payload, op.def_
        value = body.value
        # A version that is not named may be of any kind: ``Context.answer`` keeps none either.
        asked = (version, body.item, value) if version and type(value) is str else None
        found = None if asked is None else known.get(asked)
        if found is None:
            body.def_ = version
            found = answer(body, context)
            if asked is not None:
                if len(known) >= _KEPT:
                    known.clear()
                known[asked] = found
        yield found


def _number(value: Any) -> str | None:
    return None if read_figure(value) is None else str(value)
