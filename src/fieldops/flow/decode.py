"""bytes → op: each op by itself, so that one that cannot be read goes to quarantine alone.

raw ─ canonical hash ─ envelope ─ type ─ payload ─ subject → Decoded
          └───────────── any failure ──────────────────────→ Rejected(reason)
"""

from typing import Any
from uuid import UUID

import msgspec

from fieldops.model.problem import problem
from fieldops.model.record import Decoded, Rejected
from fieldops.rules.members import wrong_members
from fieldops_sync import framing
from fieldops_sync.canonical import canonical
from fieldops_sync.ids import is_result_id, uuid8
from fieldops_sync.optypes import OP_TYPES, OpType, Payload
from fieldops_sync.wire import Op, Reason

_envelope = msgspec.json.Decoder(Op).decode
_payloads: dict[str, msgspec.json.Decoder[Payload]] = {
    name: msgspec.json.Decoder(kind.payload) for name, kind in OP_TYPES.items()
}


def decode(raw: bytes) -> Decoded | Rejected:
    """Read one op; never raises for what the bytes hold."""
    hash_, members = canonical(raw)
    try:
        op = _envelope(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        return _unreadable(raw, hash_, _explain(error))
    kind = OP_TYPES.get(op.type)
    if kind is None:
        return reject(op, raw, hash_, "unknown-type", f"op type {op.type[:64]!r}")
    if members is None:
        return reject(op, raw, hash_, "schema", "not JSON that every reader understands")
    return _payload(op, kind, members, raw, hash_)


def _payload(
    op: Op, kind: OpType, members: dict[str, Any], raw: bytes, hash_: bytes
) -> Decoded | Rejected:
    fields = members["payload"]
    try:
        payload = _payloads[op.type].decode(op.payload)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        if isinstance(fields, dict) and fields.keys() == {"oversize"}:
            # An op over the limit is announced by a small one whose payload says only this.
            return reject(op, raw, hash_, "oversize", "the op's bytes travel as media")
        return reject(op, raw, hash_, "schema", f"payload: {_explain(error)}")
    wrong = _wrong_subject(op, kind, fields) or wrong_members(op, fields)
    if wrong:
        return reject(op, raw, hash_, "schema", wrong)
    walk = getattr(payload, "inspection", None)
    return Decoded(
        op, fields, hash_, raw, _text(members["actor"]), walk if isinstance(walk, UUID) else None
    )


def _wrong_subject(op: Op, kind: OpType, fields: dict[str, Any]) -> str:
    if op.subject.kind not in kind.kinds:
        return f"subject.kind {op.subject.kind!r} does not go with {op.type}"
    if op.subject.kind == "result" and "item" in fields:
        walk, repeat = _text(fields["inspection"]), fields.get("repeat", "")
        if not is_result_id(op.subject.id, walk, fields["item"], repeat):
            return "subject.id is not derived from (inspection, item, repeat)"
    return ""


def _text(named: str) -> str:
    """A UUID's text in its one form: 36 characters, lower case."""
    return named if len(named) == 36 and named.islower() else str(UUID(named))


def reject(op: Op, raw: bytes, hash_: bytes, reason: Reason, detail: str) -> Rejected:
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


def _unreadable(raw: bytes, hash_: bytes, detail: str) -> Rejected:
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


def _explain(error: Exception) -> str:
    """What msgspec says of the place and the type; nothing of the content."""
    if isinstance(error, msgspec.ValidationError):
        return str(error)[:300]
    return "not JSON that every reader understands"
