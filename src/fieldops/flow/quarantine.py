"""What could not be applied, put right: shown raw, repaired, replayed, or discarded with a reason.

A replay gives the original op its effect on the authority of the supervisor who asks for it.  A
repair is a new op by that supervisor which names the original in ``repairs``.  Either way it
happened when the tablet says, by the clocks that the server knows of it, and not today; and the
receipt that stands changes, travels to the author's device in its feed, and later duplicates of the
original return it.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel import Session

from fieldops.flow import clock, hold
from fieldops.flow.accept import is_servers
from fieldops.flow.apply import apply
from fieldops.flow.decode import decode
from fieldops.flow.enter import enter_desk
from fieldops.flow.paging import Page, Turn, after, cut, strange
from fieldops.model.access import Person, Role
from fieldops.model.problem import ProblemError, problem, said_of
from fieldops.model.record import Decoded, Ready, Rejected
from fieldops.model.said import Said, at, named
from fieldops.rules.access import OP_ROLES, level, may, sites
from fieldops.rules.redaction import leftover, restored
from fieldops.store import audit, batch, ledger, quarantine
from fieldops.store.quarantine import Item, Spot, Wanted
from fieldops_sync.ids import uuid7
from fieldops_sync.optypes import OP_TYPES
from fieldops_sync.wire import Problem, Receipt

ROLES = (Role.SUPERVISOR, Role.ADMINISTRATOR)
REPLAYED = "replayed"
_SHOWN = 80
"""Characters of a text that a problem repeats."""
_REPAIR_IT = Said("请修正：修正会生成新编号的操作", "repair it: the repair is an op with a new id")
_STILL_WAITS = Said("仍在等待其他操作或其检查表", "it still waits for another op or its checklist")
_SERVERS = Said(
    "此类操作只由服务器自身产生，不能重放", "only the server itself writes this: it is not replayed"
)
_STATES = {"repaired": "已修正", "replayed": "已重放", "discarded": "已作废"}
_encode = msgspec.json.Encoder(order="sorted").encode


def listing(
    session: Session, person: Person, wanted: Wanted, turn: Turn, now_ms: int
) -> Page[Item]:
    """Items of the person's sites, newest first; those without a site are for rights everywhere."""
    ask = turn.ask("quarantine", wanted)
    mine = sites(person, ROLES, now_ms)
    try:
        behind = after(ask, Spot)
        allowed = None if mine is None else sorted(mine)
        found = quarantine.listed(session, wanted, allowed, behind, ask.limit + 1)
    except ValueError as error:
        raise strange() from error
    return cut(ask, found, _spot, lambda item: item)


def _spot(item: Item) -> Spot:
    return Spot(item.received_ms, item.op_id.hex, item.hash.hex())


def show(session: Session, person: Person, op_id: UUID, now_ms: int) -> Item:
    """One item.  Raises ``ProblemError`` not-found for an absent or a foreign one."""
    found = [item for item in quarantine.get(session, op_id) if _sees(person, item, now_ms)]
    if not found:
        raise ProblemError(problem("not-found"))
    still = [item for item in found if item.state == "open"]
    return (still or found)[0]


def replay(session: Session, person: Person, op_id: UUID, now_ms: int) -> Receipt:
    """Apply the original op now.

    Raises ``ProblemError`` not-found, forbidden (theirs is no such op), or validation (still bad).
    """
    item = _open(session, person, op_id, now_ms)
    decoded = decode(item.raw)
    if isinstance(decoded, Rejected):
        raise ProblemError(problem("validation", said_of(decoded.problem)))
    if (beyond := _beyond(person, decoded, now_ms)) is not None:
        raise ProblemError(beyond)
    if ledger.known(session, [op_id]):
        raise ProblemError(problem("id-reused", _REPAIR_IT))
    batch.lock(session, [decoded.op.site])
    happened = clock.occurred_ms(decoded.op.at, clock.kept(session, item.device), item.received_ms)
    marks = (REPLAYED, *clock.clock_marks(decoded.op.at, happened))
    outcome = apply(session, [Ready(decoded, marks, happened)], item.source, now_ms)
    if not outcome.applied:
        raise ProblemError(problem("validation", _why_not(outcome.results[0])))
    receipt = outcome.applied[0].receipt
    _settle(session, person, item, "replayed", receipt, "", now_ms)
    hold.release(session, [decoded], now_ms)
    return receipt


def _beyond(person: Person, decoded: Decoded, now_ms: int) -> Problem | None:
    """Why an op is beyond the authority of whoever asks for its replay, if it is.

    It lends an op of a tablet its effect.  What is written at desks alone must be theirs to write,
    and what the server's own actors write is nobody's: anybody could send such an op to have it
    quarantined, and then replay a score, or stored bytes, that nobody ever found.
    """
    op = decoded.op
    origins = OP_TYPES[op.type].origins
    if not origins & {"device", "desk"} or is_servers(op.id):
        return problem("forbidden", _SERVERS)
    if "device" not in origins and not may(person, OP_ROLES[op.type], op.site, now_ms):
        told = Said(f"重放 {op.type} 需要相应角色", f"a replay of {op.type} needs a role for it")
        return problem("forbidden", told)
    return None


def replay_many(
    session: Session, person: Person, op_ids: Sequence[UUID], now_ms: int
) -> list[Receipt | None]:
    """Replay several, each by itself; None for what still cannot be applied."""
    done: list[Receipt | None] = []
    for op_id in op_ids:
        try:
            done.append(replay(session, person, op_id, now_ms))
        except ProblemError:
            done.append(None)
    return done


def repair(
    session: Session, person: Person, op_id: UUID, changed: dict[str, Any], now_ms: int
) -> Receipt:
    """Put ``changed`` members over the original and apply it as a new op by this person.

    Raises ``ProblemError`` not-found, or validation if the repaired op is not applied either, or
    would keep the stars of what the person may not see.
    """
    item = _open(session, person, op_id, now_ms)
    original, mine = _members(item), level(person, item.site, now_ms)
    op = {**original, **restored(changed, original, mine)}
    if (left := leftover(op, item.raw, mine)) is not None:
        raise ProblemError(problem("validation", _still_masked(left)))
    op |= {"id": str(uuid7()), "repairs": str(op_id), "actor": str(person.id)}
    op.pop("seq", None)
    offsets_ms = clock.kept(session, item.device)
    receipt = enter_desk(session, [_encode(op)], person.id, now_ms, offsets_ms).receipts[0]
    if receipt.status not in ("applied", "merged", "conflict"):
        detail = said_of(receipt.problem) if receipt.problem else named(receipt.status)
        raise ProblemError(problem("validation", detail))
    stands = msgspec.structs.replace(receipt, id=op_id, repaired_by=receipt.id)
    _settle(session, person, item, "repaired", stands, "", now_ms)
    return stands


def _still_masked(text: str) -> Said:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return Said(
        f"“{shown}”中有被遮盖的内容，原文无法对应：请写出完整内容，"
        "或照原样保留其位置与文字，或由可见该级别数据的人修正",
        f"“{shown}” holds what is masked for you, and is not where and as it was shown: write it"
        " out, leave it as it was, or let somebody repair it who may see data of that level",
    )


def discard(session: Session, person: Person, op_id: UUID, reason: str, now_ms: int) -> Receipt:
    """Decide that it shall have no effect; the raw bytes stay.  ``reason`` must be given."""
    if not reason.strip():
        raise ProblemError(
            problem("validation", at("reason", Said("请说明作废理由", "say why it is discarded")))
        )
    item = _open(session, person, op_id, now_ms)
    receipt = msgspec.structs.replace(item.receipt, marks=[*item.receipt.marks, "discarded"])
    _settle(session, person, item, "discarded", receipt, reason, now_ms)
    return receipt


def _open(session: Session, person: Person, op_id: UUID, now_ms: int) -> Item:
    """The item, for this transaction alone: nothing is made of what somebody else has just ended.

    Raises ``ProblemError`` not-found or conflict-version.
    """
    quarantine.claim(session, op_id)
    item = show(session, person, op_id, now_ms)
    if item.state != "open":
        raise _over(item.state)
    return item


def _over(state: str) -> ProblemError:
    before = Said(f"之前{_STATES[state]}", f"it was {state} before")
    return ProblemError(problem("conflict-version", before))


def _sees(person: Person, item: Item, now_ms: int) -> bool:
    if item.site is None:
        return sites(person, ROLES, now_ms) is None
    return may(person, ROLES, item.site, now_ms)


def _members(item: Item) -> dict[str, Any]:
    try:
        op = msgspec.json.decode(item.raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        op = {}
    return op if isinstance(op, dict) else {}


def _why_not(result: object) -> Said:
    if isinstance(result, Rejected):
        return said_of(result.problem)
    return _STILL_WAITS


def _settle(
    session: Session,
    person: Person,
    item: Item,
    state: str,
    receipt: Receipt,
    note: str,
    now_ms: int,
) -> None:
    """Give the item its end.  Raises ``ProblemError`` conflict-version: what was made is undone."""
    if not quarantine.settle(session, item, state, receipt, note):
        raise _over(show(session, person, item.op_id, now_ms).state)
    if item.device is not None:
        hold.notify(session, item.device, [receipt])
    detail = {"reason": item.reason, "hash": item.hash.hex(), "note": note}
    entry = audit.Entry(
        f"quarantine.{state}", now_ms, actor=person.id, subject=item.op_id, detail=detail
    )
    audit.add(session, entry)
