"""The catalogue of checklist faults: what is wrong and what to write instead, in two languages."""

from msgspec import Struct

from fieldops.model.fault import Fault, Texts
from fieldops.rules.expressiontexts import EXPRESSIONS
from fieldops.rules.formtexts import EXAMPLES, FORM
from fieldops.rules.migrationtexts import MIGRATIONS
from fieldops.rules.positions import Path, Position, position_of
from fieldops.rules.remarktexts import REACH, REMARKS


class Slip(Struct, frozen=True):
    """A fault before its texts are written: where in the document, which code, which details.

    ``first`` is where the same key stands already; the texts give its line.
    """

    path: Path
    code: str
    details: dict[str, str] = {}
    first: Path = ()


FAULTS: dict[str, Texts] = {**FORM, **EXPRESSIONS, **EXAMPLES, **MIGRATIONS, **REACH, **REMARKS}
"""Every code of a fault with its texts."""


def describe(slip: Slip, file: str, positions: dict[Path, Position]) -> Fault:
    """The fault of a slip, with its place in the file and its texts."""
    line, column = position_of(positions, slip.path)
    first = {"first": str(position_of(positions, slip.first)[0])} if slip.first else {}
    return fault_at(Slip(slip.path, slip.code, slip.details | first), file, line, column)


def fault_at(slip: Slip, file: str, line: int, column: int) -> Fault:
    """The fault of a slip at a known place."""
    texts = FAULTS[slip.code]
    return Fault(
        path=file,
        line=line,
        column=column,
        code=slip.code,
        messages={
            "zh-CN": texts.zh.format_map(slip.details),
            "en": texts.en.format_map(slip.details),
        },
        advice={
            "zh-CN": texts.zh_advice.format_map(slip.details),
            "en": texts.en_advice.format_map(slip.details),
        },
        severity="remark" if slip.code in REMARKS else "fault",
    )
