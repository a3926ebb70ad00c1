"""The audit as a file: JSON Lines that prove themselves, wherever they are kept.

    {"line": {"no": 7, "chain": 5, "at": "…", "action": "grant.add", …, "mark": "…", "link": "…"}}
    {"checkpoint": {"last": 5, "hash": "…", "key": "…", "signature": "…", …}}

Each checkpoint comes behind the line that it is about.  ``detail`` is the text that was stored, so
that its hash can be made again; ids and hashes are hexadecimal digits.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.timing import rfc3339
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.model.said import Said, at
from fieldops.rules.auditchain import Line
from fieldops.rules.checkpoints import Checkpoint
from fieldops.store import auditchain

_encode = msgspec.json.Encoder().encode


class FileLine(Struct, frozen=True):
    """A chained line; ``at`` says the same as ``at_ms``, for people."""

    no: int
    chain: int
    at: str
    at_ms: int
    action: str
    actor: str | None
    device: str | None
    subject: str | None
    detail: str
    mark: str | None
    link: str | None


class Row(Struct, frozen=True, omit_defaults=True):
    """One line of the file: either member."""

    line: FileLine | None = None
    checkpoint: Checkpoint | None = None


class Written(Struct, frozen=True):
    """What was written; ``unsigned`` lines are behind the last checkpoint."""

    lines: int
    checkpoints: int
    last: int
    unsigned: int


_decode = msgspec.json.Decoder(Row).decode


def write(session: Session, path: Path, watch: Callable[[int, int], None]) -> Written:
    """Write the whole chain; the file is there when it is complete.  Raises ``OSError``."""
    total = auditchain.head(session)[0]
    checkpoints = auditchain.checkpoints(session)
    said = next(checkpoints, None)
    lines = signed = last = behind = 0
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as out:
        for line in auditchain.lines(session):
            out.write(_encode(Row(line=_shown(line))) + b"\n")
            lines, last = lines + 1, line.chain or 0
            while said is not None and said.last <= last:
                out.write(_encode(Row(checkpoint=said)) + b"\n")
                signed, behind, said = signed + 1, said.last, next(checkpoints, None)
            watch(lines, total)
    part.replace(path)
    return Written(lines, signed, last, last - behind)


def _shown(line: Line) -> FileLine:
    return FileLine(
        no=line.no,
        chain=line.chain or 0,
        at=rfc3339(line.at_ms),
        at_ms=line.at_ms,
        action=line.action.decode("utf-8", "replace"),
        actor=_hex(line.actor),
        device=_hex(line.device),
        subject=_hex(line.subject),
        detail=line.detail.decode("utf-8", "replace"),
        mark=_hex(line.mark),
        link=_hex(line.link),
    )


def read(path: Path) -> Iterator[Line | Checkpoint]:
    """What a file holds, in its order.  Raises ``ProblemError`` file naming the line."""
    with path.open("rb") as rows:
        for number, text in enumerate(rows, 1):
            try:
                row = _decode(text)
                found = row.checkpoint if row.line is None else _line(row.line)
            except (msgspec.MsgspecError, ValueError) as error:
                told = Said(f"第 {number} 行不是审计记录", f"line {number} is none of an audit")
                raise ProblemError(operation("file", at(str(path), told))) from error
            if found is not None:
                yield found


def _line(row: FileLine) -> Line:
    return Line(
        no=row.no,
        at_ms=row.at_ms,
        actor=_raw(row.actor),
        device=_raw(row.device),
        action=row.action.encode(),
        subject=_raw(row.subject),
        detail=row.detail.encode(),
        mark=_raw(row.mark),
        chain=row.chain,
        link=_raw(row.link),
    )


def _hex(value: bytes | None) -> str | None:
    return None if value is None else value.hex()


def _raw(value: str | None) -> bytes | None:
    return None if value is None else bytes.fromhex(value)
