"""bytes → op: one that cannot be read goes to quarantine alone, whatever comes with it.

raw ─ canonical hash ─ envelope ─ type ─ payload ─ subject → Decoded
          └───────────── any failure ──────────────────────→ Rejected(reason)

A good op is read once, from the members that the canonical hash was made of, and together with the
others of its type: each step is done for all of them.  Where one of them does not fit, they are
read one by one; that one is read again from its bytes, member by member, to say what is wrong.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

import msgspec

from fieldops.model.access import Level
from fieldops.model.problem import problem
from fieldops.model.record import Decoded, Rejected
from fieldops.model.said import NOTHING, Said, at
from fieldops.rules.members import wrong_members
from fieldops.rules.misfits import misfit
from fieldops.rules.personal import mask
from fieldops_sync import framing
from fieldops_sync.canonical import canonical_all
from fieldops_sync.ids import DERIVED, result_number, uuid8
from fieldops_sync.optypes import OP_TYPES, OpType
from fieldops_sync.payloads import Payload
from fieldops_sync.wire import Op, Reason

_convert = msgspec.convert
_envelope = msgspec.json.Decoder(Op).decode
_payloads: dict[str, msgspec.json.Decoder[Payload]] = {
    name: msgspec.json.Decoder(kind.payload) for name, kind in OP_TYPES.items()
}
_UNFIT = (msgspec.MsgspecError, UnicodeError, RecursionError)
_UNREAD = Said("不是各方都能读取的 JSON", "not JSON that every reader understands")
_NO_SHA256 = Said(
    "应为小写十六进制的 SHA-256（位于 `$.def`）",
    "Expected a SHA-256 in lower-case hexadecimal - at `$.def`",
)
_REPORT = "finding.report@1"
_DRAWN = frozenset({"inspection", "photo", "feedback", "note", "suggestion", "plan"})
"""The kinds of subject whose ids are drawn.  Whoever took a derived id for one would stand in the
way of what it is for, at whatever site: a policy, a finding, a round."""
_AS_MEDIA = Said("操作内容作为文件上传", "the op's bytes travel as media")


_Sent = tuple[bytes, bytes, dict[str, Any] | None]
"""An op's bytes, their canonical hash, and its members where it is plain JSON."""


class _Alike(msgspec.Struct, frozen=True):
    """Ops of one type.  Of a struct msgspec remembers what it found out, of a list type it does
    not."""

    ops: list[Op]


def _alike(kind: OpType) -> type[_Alike]:
    """Ops of this type with their payloads read, so that one look at them reads both."""
    whole = msgspec.defstruct("Whole", [("payload", kind.payload)], bases=(Op,), frozen=True)
    made = msgspec.defstruct("Alike", [("ops", list[whole])], bases=(_Alike,), frozen=True)  # type: ignore[valid-type]
    return cast("type[_Alike]", made)


_ALIKE = {name: _alike(kind) for name, kind in OP_TYPES.items()}


def decode(raw: bytes) -> Decoded | Rejected:
    """Read one op; never raises for what the bytes hold."""
    return decode_all([raw])[0]


def decode_all(raws: Sequence[bytes]) -> list[Decoded | Rejected]:
    """Read many ops, in their order; what becomes of one does not depend on the others."""
    sent: list[_Sent] = []
    alike: dict[str, list[int]] = {}
    for place, (raw, (hash_, members)) in enumerate(zip(raws, canonical_all(raws), strict=True)):
        sent.append((raw, hash_, members))
        named = members.get("type") if members else None
        alike.setdefault(named if type(named) is str else "", []).append(place)
    found: dict[int, Decoded | Rejected] = {}
    for named, places in alike.items():
        found.update(zip(places, _of_a_type(named, [sent[one] for one in places]), strict=True))
    return [found[place] for place in range(len(sent))]


def sites_of(items: Sequence[Decoded | Rejected]) -> list[UUID]:
    """The sites that ops change, sorted: what is locked before anything else is."""
    # By integer: a UUID hashes in Python, many times slower.
    named = {item.op.site.int: item.op.site for item in items if isinstance(item, Decoded)}
    return [named[number] for number in sorted(named)]


def _of_a_type(named: str, sent: Sequence[_Sent]) -> Sequence[Decoded | Rejected]:
    """Ops of one type: all at once if they fit it, else one by one."""
    good = _fitting(named, sent) if named in OP_TYPES else []
    if good:
        return good
    if len(sent) == 1:
        return [_explained(*sent[0])]
    return [_of_a_type(named, [one])[0] for one in sent]


def _fitting(named: str, sent: Sequence[_Sent]) -> list[Decoded]:
    """The ops as ``Decoded``, or nothing if one of them does not fit its type."""
    raws, hashes, members = zip(*sent, strict=True)
    try:
        ops = _convert({"ops": members}, _ALIKE[named]).ops
    except _UNFIT:
        return []
    payloads = [one["payload"] for one in members]
    if not all(map(_is_sha256, {op.def_ for op in ops})):
        return []
    if _wrong(OP_TYPES[named], ops, payloads):
        return []
    by = map(_text, [one["actor"] for one in members])
    ids, seqs, walks = [op.id for op in ops], [op.seq for op in ops], map(_walk, ops)
    return [*map(Decoded, ids, seqs, ops, payloads, hashes, raws, by, walks)]


def _walk(op: Op) -> UUID | None:
    """The inspection that an op's payload names."""
    walk = getattr(op.payload, "inspection", None)
    return walk if type(walk) is UUID else None


def _explained(raw: bytes, hash_: bytes, members: dict[str, Any] | None) -> Rejected:
    """Read an op that does not fit from its bytes, to say why."""
    try:
        op = _envelope(raw)
    except _UNFIT as error:
        return _unreadable(raw, hash_, _explain(error))
    if not _is_sha256(op.def_):
        return _unreadable(raw, hash_, _NO_SHA256)
    kind = OP_TYPES.get(op.type)
    if kind is None:
        named = mask(op.type, Level.L1)[:64]
        told = Said(f"操作类型 {named!r}", f"op type {named!r}")
        return reject(op, raw, hash_, "unknown-type", told)
    if members is None:
        return reject(op, raw, hash_, "schema", _UNREAD)
    return _payload(op, kind, members, raw, hash_)


def _payload(op: Op, kind: OpType, members: dict[str, Any], raw: bytes, hash_: bytes) -> Rejected:
    fields = members["payload"]
    try:
        _payloads[op.type].decode(op.payload)
    except _UNFIT as error:
        if isinstance(fields, dict) and fields.keys() == {"oversize"}:
            # An op over the limit is announced by a small one whose payload says only this.
            return reject(op, raw, hash_, "oversize", _AS_MEDIA)
        return reject(op, raw, hash_, "schema", at("payload", _explain(error)))
    return reject(op, raw, hash_, "schema", _wrong(kind, [op], [fields]) or _UNREAD)


def _wrong(kind: OpType, ops: Sequence[Op], payloads: Sequence[dict[str, Any]]) -> Said:
    """What is wrong with ops of a type whose members have their types: the first thing, or an
    empty text."""
    return (
        _wrong_kind(kind, ops)
        or _wrong_id(kind, ops, payloads)
        or wrong_members(kind, ops, payloads)
    )


def _wrong_kind(kind: OpType, ops: Sequence[Op]) -> Said:
    for named in {op.subject.kind for op in ops} - kind.kinds:
        return Said(
            f"subject.kind {named!r} 不能用于 {kind.name}",
            f"subject.kind {named!r} does not go with {kind.name}",
        )
    return NOTHING


def _wrong_id(kind: OpType, ops: Sequence[Op], payloads: Sequence[dict[str, Any]]) -> Said:
    drawn = {str(op.subject.id) for op in ops if op.subject.kind in _DRAWN or kind.name == _REPORT}
    walks = {fields["inspection"] for fields in payloads if "inspection" in fields}
    for named in drawn | walks:
        if _is_derived(named):
            return Said(
                f"{named} 是推导出的编号，不能另作他用",
                f"{named} is an id that is derived from what it names; draw another",
            )
    for op, fields in zip(ops, payloads, strict=True):
        if op.subject.kind == "result" and "item" in fields:
            walk, repeat = _text(fields["inspection"]), fields.get("repeat", "")
            if op.subject.id.int != result_number(walk, fields["item"], repeat):
                return Said(
                    "subject.id 与巡检、检查项、重复序号（inspection、item、repeat）不符",
                    "subject.id is not derived from (inspection, item, repeat)",
                )
    return NOTHING


@lru_cache(maxsize=4096)
def _is_derived(named: str) -> bool:
    """Whether an id is of a version that only derived ids have (PROTOCOL.md, "Derived ids")."""
    return UUID(named).version in DERIVED


@lru_cache(maxsize=4096)
def _text(named: str) -> str:
    """A UUID's text in its one form: 36 characters, lower case."""
    return named if len(named) == 36 and named.islower() else str(UUID(named))


@lru_cache(maxsize=1024)
def _is_sha256(text: str | None) -> bool:
    """Whether a definition is named as it must be; a walk's ops all name the same."""
    return text is None or re.fullmatch("[0-9a-f]{64}", text) is not None


def reject(op: Op, raw: bytes, hash_: bytes, reason: Reason, detail: Said) -> Rejected:
    """Send a readable op to quarantine."""
    return Rejected(
        id=op.id,
        hash=hash_,
        raw=raw,
        reason=reason,
        problem=problem(reason, detail),
        seq=op.seq,
        type=op.type,
        site=op.site,
    )


def _unreadable(raw: bytes, hash_: bytes, detail: Said) -> Rejected:
    """Bytes whose envelope cannot be read: kept under their own id, or one made of their hash."""
    seq = framing.peek_seq(raw)
    return Rejected(
        id=framing.peek_id(raw) or uuid8(b"unreadable", hash_),
        hash=hash_,
        raw=raw,
        reason="schema",
        problem=problem("schema", detail),
        seq=seq if seq is not None and 1 <= seq < 2**53 else None,
    )


def _explain(error: Exception) -> Said:
    """What msgspec says of the place and the type; of the content only a word that is no choice,
    without the numbers of persons that may stand in it."""
    if isinstance(error, msgspec.ValidationError):
        return misfit(mask(str(error), Level.L1))
    return _UNREAD
