"""Read a checklist from TOML, lint it, and turn it into the bytes that are its address.

    text → tomllib → shapes (members and types) → structs → lint, expressions, migrations
         → examples, reach (what can never show), remarks → Checklist

A step that finds faults ends the way, so that what follows need not guess.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from fieldops.model.checklist import Checklist
from fieldops.model.fault import Fault
from fieldops.rules.examples import lint_examples
from fieldops.rules.expressions import parse_expression
from fieldops.rules.faults import Slip, describe, fault_at
from fieldops.rules.lint import lint
from fieldops.rules.migrationlint import lint_against, lint_migrations
from fieldops.rules.plainvalues import figure_of, figures_as_text, plain_document
from fieldops.rules.positions import find_positions
from fieldops.rules.reach import lint_reach
from fieldops.rules.references import expressions_of, lint_expressions
from fieldops.rules.remarks import remarks
from fieldops.rules.shapes import check_shape
from fieldops.rules.tokens import ExpressionError

TEXT_LENGTH_MAX = 1_000_000
"""Characters of a checklist file."""

_SHAPE = msgspec.inspect.type_info(Checklist)
_DECODER = msgspec.json.Decoder(Checklist)

_SYNTAX_ZH = {
    "Expected '='": "键后缺少等号",
    "Cannot overwrite a value": "同一个键写了两次",
    "Cannot declare": "同一个表写了两次",
    "Cannot mutate": "同一个表写了两次",
    "Cannot redefine": "同一个表写了两次",
    "Duplicate inline table key": "同一个键写了两次",
    "Invalid value": "值的写法不对，文字要写在引号内",
    "Invalid statement": "此行不是键、表头或注释",
    "Invalid initial character for a key": "键的写法不对",
    "Unterminated string": "文字没有以引号结束",
    "Illegal character": "文字中有不允许的字符，或缺少结束的引号",
    "Unclosed array": "列表缺少逗号或右方括号",
    "Unclosed inline table": "行内表缺少逗号或右花括号，且必须写在一行内",
    "Expected newline or end of document": "此处多出了内容",
    "Unescaped '\\'": "反斜杠要写两次，或改用单引号",
    "Expected ']": "表头缺少右方括号",
}


class UnreadableChecklist(ValueError):
    """Bytes that are not a checklist that this version can read."""


class Report(Struct, frozen=True):
    """A checklist text looked through: ``notes`` are its faults and remarks, sorted by line.

    ``checklist`` is there as soon as it can be judged by, even if its examples do not come out.
    """

    checklist: Checklist | None
    notes: tuple[Fault, ...]

    @property
    def faults(self) -> list[Fault]:
        """The notes that keep it from being published."""
        return [note for note in self.notes if note.severity == "fault"]


def parse(text: str, path: str) -> Checklist | list[Fault]:
    """The checklist in a TOML text, or everything wrong with it, sorted by line.

    ``path`` names the file in the faults.  Remarks are left out.  Never raises.
    """
    report = examine(text, path)
    if report.checklist is None or report.faults:
        return report.faults
    return report.checklist


def examine(text: str, path: str) -> Report:
    """Everything that is to be said about a checklist's TOML text.  Never raises."""
    if len(text) > TEXT_LENGTH_MAX:
        details = {"high": str(TEXT_LENGTH_MAX)}
        return Report(None, (fault_at(Slip((), "toml-size", details), path, 1, 1),))
    try:
        document = tomllib.loads(text, parse_float=figure_of)
    except tomllib.TOMLDecodeError as error:
        return Report(None, (_syntax_fault(str(error), text, path),))
    except (RecursionError, ValueError):
        # Brackets nested too deeply, or an integer beyond what Python reads.
        message = "Invalid value (at line 1, column 1)"
        return Report(None, (_syntax_fault(message, text, path),))
    checklist, slips = _read_document(document)
    return Report(checklist, tuple(_described(slips, text, path)))


def check_migrations(
    checklist: Checklist, text: str, path: str, published: Sequence[Checklist]
) -> list[Fault]:
    """What is wrong with the migrations of a checklist beside the published versions of its key.

    ``text`` is what the checklist was parsed from.
    """
    slips = lint_against(checklist, {one.version: one for one in published})
    return _described(slips, text, path)


def _described(slips: Iterable[Slip], text: str, path: str) -> list[Fault]:
    positions = find_positions(text)
    faults = [describe(slip, path, positions) for slip in slips]
    return sorted(faults, key=lambda fault: (fault.line, fault.column, fault.code))


def _read_document(document: dict[str, Any]) -> tuple[Checklist | None, list[Slip]]:
    plain = plain_document(document)
    slips = check_shape(plain, _SHAPE)
    if slips:
        return None, slips
    checklist = msgspec.convert(figures_as_text(plain), Checklist)
    slips = lint(checklist) + lint_expressions(checklist) + lint_migrations(checklist)
    if slips:
        return None, slips
    return checklist, lint_examples(checklist) + lint_reach(checklist) + remarks(checklist)


def _syntax_fault(message: str, text: str, path: str) -> Fault:
    """tomllib tells the place at the end of its message: (at line 3, column 5)."""
    reason, _, place = message.rpartition(" (at ")
    numbers = [int(part) for part in place.replace(",", "").rstrip(")").split() if part.isdigit()]
    lines = text.split("\n")
    line, column = numbers if len(numbers) == 2 else (len(lines), len(lines[-1]) + 1)
    zh = next((zh for en, zh in _SYNTAX_ZH.items() if reason.startswith(en)), "无法识别此处的写法")
    details = {"zh_reason": zh, "en_reason": reason}
    return fault_at(Slip((), "toml-syntax", details), path, line, column)


def canonical_bytes(checklist: Checklist) -> bytes:
    """The bytes that are published: JSON in UTF-8, members sorted, defaults left out.

    A member that a later version adds with a default does not change what was published before.
    """
    return msgspec.json.encode(checklist, order="sorted")


def address(checklist: Checklist) -> str:
    """The SHA-256 of the canonical bytes, 64 hexadecimal digits: the checklist's name for ever."""
    return hashlib.sha256(canonical_bytes(checklist)).hexdigest()


def decode(body: bytes) -> Checklist:
    """The checklist in published bytes, of this version or an earlier one.

    Members that this version does not know are ignored.  Raises ``UnreadableChecklist``, also for
    expressions and answer types of a later version: what cannot be judged must not look judged.
    """
    try:
        checklist = _DECODER.decode(body)
        for text in expressions_of(checklist):
            parse_expression(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableChecklist("these bytes are not a checklist") from error
    except ExpressionError as error:
        raise UnreadableChecklist("an expression is of a later version") from error
    return checklist
