"""Read answers that are not on record: from a TOML or JSON text, or one by one as people say them.

They become a worked example without a title, so that trying a checklist and testing it are one.
"""

import json
import tomllib
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec.structs import replace

from fieldops.model.checklist import Example
from fieldops.model.fault import Fault
from fieldops.rules.faults import Slip, describe, fault_at
from fieldops.rules.plainvalues import dates_as_text, figure_of, figures_as_text
from fieldops.rules.positions import Path, Position, find_positions
from fieldops.rules.shapes import check_shape

_SHAPE = msgspec.inspect.type_info(Example)
_MEMBERS = {field.encode_name for field in msgspec.structs.fields(Example)}


def read_answers(text: str, path: str, day: str) -> Example | list[Fault]:
    """The answers in a file's text: the members of an example, or nothing but answers.

    JSON where ``path`` ends in ``.json``, else TOML.  ``day`` is that of the walk where none is
    said.  Never raises.
    """
    try:
        document, positions = _parsed(text, path.endswith(".json"))
    except (ValueError, RecursionError) as error:
        details = {"zh_reason": "无法识别此处的写法", "en_reason": str(error).partition(" (at")[0]}
        return [fault_at(Slip((), "toml-syntax", details), path, 1, 1)]
    if "answers" in document or document.keys() <= _MEMBERS:
        whole: dict[str, Any] = {"date": day, **document}
    else:
        whole = {"date": day, "answers": document}
        positions = {("answers", *place): at for place, at in positions.items()}
    plain = {**dates_as_text(whole), "answers": _answers(whole.get("answers", {}))}
    slips = check_shape(plain, _SHAPE)
    if slips:
        return [describe(slip, path, positions) for slip in slips]
    return msgspec.convert(figures_as_text(plain), Example)


def _parsed(text: str, is_json: bool) -> tuple[dict[str, Any], dict[Path, Position]]:
    if not is_json:
        return tomllib.loads(text, parse_float=figure_of), find_positions(text)
    document = json.loads(text, parse_float=figure_of)
    if not isinstance(document, dict):
        raise ValueError("answers are an object: {…}")
    return document, {}


def _answers(value: Any) -> Any:
    return figures_as_text(dates_as_text(value))


def value_of(text: str) -> Any:
    """What a person means by a text: a TOML value such as 12.5, true or ["a"], else the text."""
    try:
        return _answers(tomllib.loads(f"value = {text}", parse_float=figure_of)["value"])
    except (ValueError, RecursionError):
        return text


def with_answers(example: Example, said: Iterable[tuple[str, str]]) -> Example:
    """An example with some answers changed: an address with what is said, ``na``, or nothing."""
    answers, na, fail = dict(example.answers), set(example.na), set(example.fail)
    for address, text in said:
        answers.pop(address, None)
        na.discard(address)
        fail.discard(address)
        if text == "na":
            na.add(address)
        elif text:
            answers[address] = value_of(text)
    return replace(example, answers=answers, na=tuple(sorted(na)), fail=tuple(sorted(fail)))
