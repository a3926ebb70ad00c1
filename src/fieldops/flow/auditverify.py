"""Verifying the audit: every line is read, and held against marks, links, signatures and copies.

rows ─ Checker (rules.auditcheck) ─┬─ index: is every line found by what it is about?
copies kept elsewhere ─────────────┤─ marks: does one stand twice?
                                   └─ ledger: are as many ops audited as are kept?
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import auditfile
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.model.said import Said, at
from fieldops.rules.auditchain import Line
from fieldops.rules.auditcheck import SHOWN, Anchor, Checker, Fault, Kind, first
from fieldops.rules.checkpoints import Checkpoint, Keys, is_signed
from fieldops.store import audit, auditchain

_PUSHES = (b"push.apply", b"device.salvage")
"""The actions whose detail counts ops that were stored."""
_PAGE = 2000
_NAMED = b'"%s"' % audit.SUBJECTS.encode()

Watch = Callable[[int, int], None]
"""Told how many lines were read, and about how many there are."""


class Verified(Struct, frozen=True):
    """What came of it.  ``first`` is the fault at the lowest place; ``faults`` the first twenty.

    ``unchained`` lines wait for their place; ``unsigned`` ones are behind the last checkpoint.
    ``superseded`` are copies of a chain that a restore has left.  Without the key (``marks`` is
    False) nobody can tell by whom lines were written.
    """

    ok: bool
    lines: int
    unchained: int
    checkpoints: int
    unsigned: int
    last: int
    hash: str
    marks: bool
    first: Fault | None
    faults: list[Fault]
    counts: dict[Kind, int]
    superseded: list[Anchor]


def unwatched(_done: int, _total: int) -> None:
    """For whoever does not look."""


def verify(
    session: Session,
    keys: Keys | None,
    anchors: Iterable[Anchor] = (),
    trusted: Iterable[str] = (),
    watch: Watch = unwatched,
) -> Verified:
    """Read the whole audit of a database.

    ``trusted`` are the public keys whose signatures count; without any those of ``keys``.  Whoever
    fears that the keys here were exchanged names the one that he knows.
    """
    total = auditchain.head(session)[0]
    checker = _checker(keys, trusted, auditchain.checkpoints(session), anchors)
    indexed = 0
    ops: Counter[UUID | None] = Counter()
    for done, page in enumerate(_pages(auditchain.lines(session))):
        for line in page:
            checker.line(line)
        indexed += _check_index(session, page, checker)
        _count_ops(page, ops)
        watch(min(done * _PAGE + len(page), total), total)
    for page in _pages(iter(auditchain.unchained(session, 1_000_000))):
        for line in page:
            checker.loose(line)
        indexed += _check_index(session, page, checker)
        _count_ops(page, ops)
    if indexed != auditchain.index_size(session):
        checker.tell("index", what="entries of no line")
    for no in auditchain.copied(session, SHOWN):
        checker.tell("copied", no=no)
    _compare_ops(ops, auditchain.ops_by_device(session), checker)
    return _verified(checker, keys)


def verify_file(
    path: Path,
    keys: Keys | None,
    anchors: Iterable[Anchor] = (),
    trusted: Iterable[str] = (),
    watch: Watch = unwatched,
) -> Verified:
    """The same of an exported audit (``auditfile``): its lines, links and signatures.

    Raises ``ProblemError`` file.
    """
    checkpoints = (one for one in auditfile.read(path) if isinstance(one, Checkpoint))
    checker = _checker(keys, trusted, checkpoints, anchors)
    for one in auditfile.read(path):
        if isinstance(one, Line):
            checker.line(one)
            if checker.lines % _PAGE == 0:
                watch(checker.lines, checker.lines)
    return _verified(checker, keys)


def _checker(
    keys: Keys | None,
    trusted: Iterable[str],
    checkpoints: Iterable[Checkpoint],
    anchors: Iterable[Anchor],
) -> Checker:
    own = () if keys is None else keys.public
    marking = () if keys is None else keys.all_marking
    return Checker(marking, frozenset(trusted) or frozenset(own), checkpoints, anchors)


def _verified(checker: Checker, keys: Keys | None) -> Verified:
    checker.end()
    return Verified(
        ok=not checker.counts,
        lines=checker.lines,
        unchained=checker.loose_lines,
        checkpoints=checker.checkpoints,
        unsigned=checker.last - checker.signed,
        last=checker.last,
        hash=checker.head.hex(),
        marks=keys is not None,
        first=first(checker.faults),
        faults=checker.faults,
        counts=dict(checker.counts),
        superseded=checker.superseded,
    )


def _pages(lines: Iterator[Line]) -> Iterator[list[Line]]:
    page: list[Line] = []
    for line in lines:
        page.append(line)
        if len(page) == _PAGE:
            yield page
            page = []
    if page:
        yield page


def _check_index(session: Session, page: Sequence[Line], checker: Checker) -> int:
    """Whether the lines of a page are found by what they name; how many entries they have."""
    several = {line.no: line for line in page if _NAMED in line.detail}
    named = {no: audit.subjects(_detail(line)) for no, line in several.items()}
    wanted = {(no, subject) for no, subjects in named.items() for subject in subjects}
    found = auditchain.index_of(session, sorted(named))
    for no in sorted({no for no, _subject in wanted ^ found}):
        checker.tell("index", several[no].chain, no)
    return len(found)


def _detail(line: Line) -> Any:
    try:
        return msgspec.json.decode(line.detail)
    except (msgspec.MsgspecError, UnicodeError):
        return None


def _count_ops(page: Sequence[Line], ops: Counter[UUID | None]) -> None:
    for line in page:
        if line.action in _PUSHES and line.device is not None and len(line.device) == 16:
            told = _detail(line)
            number = told.get("ops") if isinstance(told, dict) else None
            ops[UUID(bytes=line.device)] += number if isinstance(number, int) else 0


def _compare_ops(
    audited: Counter[UUID | None], kept: dict[UUID | None, int], checker: Checker
) -> None:
    for device in sorted({*audited, *kept}, key=str):
        told, stored = audited[device], kept.get(device, 0)
        if told != stored:
            checker.tell("ops", what=f"tablet {device}: {told} ops audited, {stored} kept")


class _Kept(Struct, frozen=True):
    """The members of a manifest or an audit file that are looked for."""

    audit: Checkpoint | None = None
    checkpoint: Checkpoint | None = None


_checkpoint = msgspec.json.Decoder(Checkpoint).decode
_kept = msgspec.json.Decoder(_Kept).decode


def read_copies(path: Path, trusted: frozenset[str]) -> list[Anchor]:
    """What a file says of the chain: a checkpoint, a manifest that holds one, or an audit export.

    Raises ``ProblemError`` file: nothing in it, or nothing that a trusted key signed.
    """
    said = [*_checkpoints_in(path.read_bytes())]
    found = [one for one in said if is_signed(one, trusted)]
    if not found:
        # Whoever writes history anew, and signs it, has another key: then this is how it shows.
        strange = sorted({one.key for one in said if is_signed(one, frozenset({one.key}))})
        raise ProblemError(operation("file", at(str(path), _unsigned(strange))))
    return [Anchor(one.last, one.hash, one.at_ms, path.name, one.last) for one in found]


def _unsigned(strange: Sequence[str]) -> Said:
    """Why a file says nothing that counts; ``strange`` are the keys that did sign something."""
    zh, en = (
        "其中没有本审计密钥签名的检查点",
        "no checkpoint in it that the key of this audit signed",
    )
    if not strange:
        return Said(zh, en)
    names = ", ".join(strange)
    return Said(
        f"{zh}；由 {names} 签名：如果该密钥可信，请用 --trust 指定",
        f"{en}; it is signed by {names}: if that was the key, give --trust",
    )


def _checkpoints_in(raw: bytes) -> Iterator[Checkpoint]:
    """One JSON document, or one a line."""
    for text in (raw, *raw.splitlines()):
        for decode in (_checkpoint, _kept):
            try:
                found = decode(text)
            except (msgspec.MsgspecError, UnicodeError):
                continue
            named = [found] if isinstance(found, Checkpoint) else [found.audit, found.checkpoint]
            yield from (one for one in named if one is not None)
