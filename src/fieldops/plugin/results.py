"""What a hook returned, materialised and checked against the hook's declared result."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any, get_origin, get_type_hints
from uuid import UUID

import msgspec

from fieldops.model.answertypes import LANGUAGES
from fieldops.model.dataset import Dataset
from fieldops.model.finding import Score
from fieldops.model.plugin import Plugin, Widget
from fieldops.model.register import RESERVED, RegisterSpec
from fieldops.model.report import ReportSection
from fieldops.plugin import hookspecs
from fieldops.rules.findingmembers import is_instant
from fieldops.rules.pluginrows import fault_in

RESULTS_MAX = 2000
"""Entries that one call may return: far above any real inspection, far below what fills memory."""


_EARNED_MAX = 10**9
_TITLE_MAX, _DEADLINE_MAX = 20_000, 40
"""Characters; as many as the op ``finding.raise@1`` takes."""


class WrongResult(ValueError):
    """The result is not of the hook's type; the text says where."""


class TooMuch(ValueError):
    """The result has more entries than ``RESULTS_MAX``."""


@cache
def hints(hook: str) -> dict[str, Any]:
    """The types of a hook's arguments and, under ``return``, of its result."""
    return get_type_hints(hookspecs.spec(hook))


def check(hook: str, value: object) -> Any:
    """The result in the form that the hook declares; raises ``WrongResult`` or ``TooMuch``."""
    hint = hints(hook)["return"]
    if hint is Plugin:
        return _check_plugin(value)
    if get_origin(hint) is tuple:
        value = _materialise(value)
    try:
        plain = msgspec.to_builtins(value, builtin_types=(UUID, Decimal))
        checked = msgspec.convert(plain, hint)
    except (msgspec.ValidationError, TypeError, ValueError, RecursionError) as error:
        raise WrongResult(_explain(error)) from error
    if hook == "set_deadline" and not _is_deadline(checked):
        raise WrongResult("Expected RFC 3339 with an offset, of a year from 2 to 9998")
    _check_titles(checked)
    _check_sections(checked)
    if hint == tuple[Dataset, ...] and (wrong := fault_in(checked)):
        raise WrongResult(wrong)
    if isinstance(checked, Score):
        _check_figures(checked)
    return checked


def _materialise(value: object) -> tuple[object, ...]:
    """A generator runs here, inside the guard, and no further than the limit."""
    if value is None:
        return ()
    if not isinstance(value, Iterable) or isinstance(value, str | bytes | Mapping):
        raise WrongResult(f"Expected an iterable, got `{type(value).__name__}`")
    entries = tuple(islice(value, RESULTS_MAX + 1))
    if len(entries) > RESULTS_MAX:
        raise TooMuch(f"more than {RESULTS_MAX} entries")
    return entries


def _check_plugin(value: object) -> Plugin:
    """A declaration holds a type, which does not travel; the rest is checked as if sent."""
    if not isinstance(value, Plugin):
        raise WrongResult(f"Expected `Plugin`, got `{type(value).__name__}`")
    kind = value.settings
    if kind is not None and not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        raise WrongResult("Expected a msgspec struct type - at `$.settings`")
    try:
        plain = msgspec.structs.asdict(msgspec.structs.replace(value, settings=None))
        msgspec.convert(plain, Plugin)
    except msgspec.ValidationError as error:
        raise WrongResult(_explain(error)) from error
    for spec in value.registers:
        _check_register(spec)
    if value.widget is not None:
        _check_widget(value.widget)
    return value


def _check_widget(widget: Widget) -> None:
    """It exports what its pages call; that it does so well, no server can tell.

    A struct that was made in Python is not checked against its bounds until it travels.
    """
    try:
        msgspec.convert(msgspec.to_builtins(widget), Widget)
    except msgspec.ValidationError as error:
        raise WrongResult(f"{error} in widget") from error
    for page in widget.pages:
        if not re.search(rf"^export (async )?function {page}\(", widget.module, re.MULTILINE):
            raise WrongResult(f"Expected `export function {page}(` - at `$.widget.module`")


def _check_register(spec: RegisterSpec) -> None:
    """Columns have names of their own, and titles in both languages (as ``_check_titles``)."""
    names = [column.name for column in spec.columns]
    if len({*names, *RESERVED}) < len(names) + len(RESERVED):
        raise WrongResult(
            f"Expected columns of different names, none of them {', '.join(RESERVED)}"
        )
    for titles in (spec.titles, *(column.titles for column in spec.columns)):
        if not all(titles.get(each, "").strip() for each in LANGUAGES):
            raise WrongResult("Expected titles in zh-CN and en - at `$.registers[...].titles`")


def _is_deadline(text: str | None) -> bool:
    """What is no instant would never be overdue; a longer text does not fit the finding's op."""
    return text is None or (len(text) <= _DEADLINE_MAX and is_instant(text))


def _check_titles(checked: object) -> None:
    """Both languages are first-class: a text in one of them alone is not accepted.

    One that is too long for an op would be quarantined as a whole, and nobody told of the finding.
    """
    for entry in checked if isinstance(checked, tuple) else ():
        titles = getattr(entry, "titles", None)
        if titles is None:
            continue
        if not all(titles.get(each, "").strip() for each in LANGUAGES):
            raise WrongResult("Expected titles in zh-CN and en - at `$[...].titles`")
        if max(map(len, titles.values())) > _TITLE_MAX:
            raise WrongResult(f"Expected `str` of length <= {_TITLE_MAX} - at `$[...].titles`")


def _check_sections(checked: object) -> None:
    """Sections of a report: texts in both languages, a cell for each column, no giant table."""
    for one in checked if isinstance(checked, tuple) else ():
        if not isinstance(one, ReportSection):
            continue
        cells = [cell for row in one.rows for cell in row if isinstance(cell, dict)]
        for titles in (*one.paragraphs, *one.columns, *cells):
            if not all(titles.get(each, "").strip() for each in LANGUAGES):
                raise WrongResult("Expected texts in zh-CN and en - at `$[...]`")
        if len(one.rows) > RESULTS_MAX:
            raise TooMuch(f"more than {RESULTS_MAX} rows")
        if any(len(row) != len(one.columns) for row in one.rows):
            raise WrongResult("Expected a cell for each column - at `$[...].rows`")


def _check_figures(score: Score) -> None:
    percents = [*score.sections.values(), *([] if score.score is None else [score.score])]
    if not all(one.is_finite() and 0 <= one <= 100 for one in percents):
        raise WrongResult("Expected percentages from 0 to 100 - at `$.score` or `$.sections`")
    weights = (score.earned, score.possible)
    if not all(one.is_finite() and 0 <= one <= _EARNED_MAX for one in weights):
        raise WrongResult("Expected figures from 0 to 10^9 - at `$.earned` or `$.possible`")


def _explain(error: Exception) -> str:
    """msgspec names types and places, never content; of anything else only the type is told."""
    if isinstance(error, msgspec.ValidationError):
        return str(error)[:300]
    return f"cannot be sent ({type(error).__name__})"
