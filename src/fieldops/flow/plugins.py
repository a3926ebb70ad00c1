"""Where every plugin stands, for `fieldops plugin`, ``/readyz`` and the doctor; who stops it."""

from collections.abc import Iterator, Sequence
from typing import cast
from uuid import UUID

import msgspec
from msgspec import Struct, to_builtins
from sqlmodel import Session

from fieldops.flow import evidence, keep, letterwork, pictures, planning
from fieldops.model.answertypes import Titles
from fieldops.model.plugin import PluginCard, PluginFault, PluginSheet, PluginState, State
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, at
from fieldops.plugin import entry
from fieldops.settings import Settings
from fieldops.store import arrivals, audit, log, plugins, readers

FAULTS_KEPT = 20
"""How many of a reader's latest faults are kept for people to look at."""
BY_HAND = "parked-by-hand"
"""The fault that a person leaves who parks a plugin; a new version does not undo it."""
_OWN = frozenset({keep.NAME, evidence.NAME, pictures.NAME, planning.ACTOR, letterwork.NAME})
"""The server's own readers of the log, which are no plugins."""
_BUILTIN = "builtin"
_NOT_LOADED = Said(
    "未能载入；改正 plugin show 所示的故障后重启工作进程",
    "could not be loaded; mend what plugin show says, and restart the worker",
)


def plugin_states(session: Session, settings: Settings) -> list[PluginState]:
    """All plugins that may load or ever did, by name.  Reads the database, imports no plugin."""
    rows = {row.name: row for row in readers.everything(session)}
    cards = plugins.cards(session)
    names = {*rows, *cards, *entry.chosen(settings.plugins)} - _OWN
    head = log.counter(session)
    return [_state(name, rows.get(name), cards.get(name), head) for name in sorted(names)]


def troubled(session: Session, settings: Settings, behind: int) -> list[PluginState]:
    """The plugins in use that do not run, or are so many changes behind, by name.

    It asks the database alone: which plugins are installed takes far longer to find out.
    """
    head = log.counter(session)
    rows = [row for row in readers.everything(session) if row.name not in _OWN]
    states = [_state(row.name, row, None, head) for row in rows if is_chosen(settings, row.name)]
    return [one for one in states if one.state != "running" or one.lag >= behind]


def is_chosen(settings: Settings, name: str) -> bool:
    """Whether the settings let a plugin load, be it installed or not."""
    return settings.plugins is None or name in (*settings.plugins, _BUILTIN)


def plugin_sheet(session: Session, settings: Settings, name: str) -> PluginSheet | None:
    """Everything that is known of one plugin, or None if there is none of this name."""
    state = next((one for one in plugin_states(session, settings) if one.name == name), None)
    if state is None:
        return None
    return PluginSheet(
        state=state,
        card=plugins.cards(session).get(name),
        measures=plugins.measures(session, name),
    )


def _state(
    name: str, row: readers.ReaderRow | None, card: PluginCard | None, head: int
) -> PluginState:
    cursor = row.position if row else 0
    return PluginState(
        name=name,
        state=cast(State, row.state) if row else "new",
        version=card.version if card else "",
        domain=card.domain if card else "",
        cursor=cursor,
        lag=max(0, head - cursor),
        attempts=row.attempts if row else 0,
        faults=_faults(row.faults) if row else (),
    )


def _faults(kept: Sequence[dict[str, object]]) -> tuple[PluginFault, ...]:
    return tuple(msgspec.convert(one, PluginFault) for one in kept)


class Still(Struct, frozen=True):
    """Something that does not work; ``why`` for people, without what it worked on.

    ``titles`` says the same in both languages, where it is known in both.
    """

    kind: str
    name: str
    why: str
    titles: Titles | None = None


def standing_still(session: Session, settings: Settings) -> Iterator[Still]:
    """The readers that are off, parked or waiting.

    A plugin that the settings do not name any more is missed by nobody.
    """
    chosen = None if settings.plugins is None else {*settings.plugins, *_OWN, _BUILTIN}
    for row in readers.everything(session):
        if row.state == "running" or (chosen is not None and row.name not in chosen):
            continue
        kind = "reader" if row.name in _OWN else "plugin"
        last = _faults(row.faults[-1:])
        why = f"{row.state} at position {row.position}"
        told = "".join(f": {one.code}" + (f" in {one.hook}" if one.hook else "") for one in last)
        yield Still(kind, row.name, why + told)


def kept(
    before: readers.ReaderRow, new: Sequence[PluginFault], now_ms: int
) -> list[dict[str, object]]:
    """The latest faults of a reader, with new ones stamped."""
    stamped = [to_builtins(msgspec.structs.replace(fault, at_ms=now_ms)) for fault in new]
    return [*before.faults, *stamped][-FAULTS_KEPT:]


def is_parked_by_hand(row: readers.ReaderRow) -> bool:
    """Whether a person has parked it, and nobody has let it go on since."""
    return row.state == "parked" and bool(row.faults) and row.faults[-1]["code"] == BY_HAND


def park(session: Session, name: str, why: str, actor: UUID, now_ms: int) -> bool:
    """Let a plugin stop where it stands; False if it never ran."""
    row = readers.hold(session, name)
    if row is None:
        return False
    version = plugins.cards(session).get(name)
    fault = PluginFault(
        plugin=name, code=BY_HAND, detail=why, version=version.version if version else ""
    )
    faults = kept(row, [fault], now_ms)
    readers.fault(session, name, "parked", row.attempts, faults, now_ms)
    _note(session, "park", name, actor, now_ms, why=why, position=row.position)
    return True


def resume(session: Session, name: str, actor: UUID, now_ms: int) -> bool:
    """Let a plugin go on where it stands; False if it never ran.

    Raises ``ProblemError`` validation for one that could not be loaded: no worker follows it.
    """
    row = readers.hold(session, name)
    if row is None:
        return False
    if row.state == "off":
        raise ProblemError(problem("validation", at(name, _NOT_LOADED)))
    readers.put_position(session, name, row.position)
    _note(session, "resume", name, actor, now_ms, position=row.position)
    return True


def replay(session: Session, name: str, position: int, actor: UUID, now_ms: int) -> bool:
    """Let a plugin read again from behind ``position``; False if it never ran.

    What stands already is not raised again, so a replay with nothing new to say adds no row.
    Raises ``ProblemError`` validation for a position that the log has not reached.
    """
    row = readers.hold(session, name)
    if row is None:
        return False
    head = log.counter(session)
    if position > head:
        detail = Said(
            f"位置 {position}：日志止于 {head}", f"position {position}: the log ends at {head}"
        )
        raise ProblemError(problem("validation", detail))
    readers.put_position(session, name, position)
    _note(session, "replay", name, actor, now_ms, position=position, stood=row.position)
    return True


def _note(
    session: Session, verb: str, name: str, actor: UUID, now_ms: int, **detail: object
) -> None:
    told = {"plugin": name, **detail}
    audit.add(session, audit.Entry(f"plugin.{verb}", now_ms, actor=actor, detail=told))


def position_at(session: Session, since_ms: int) -> int:
    """The position behind which everything was received at ``since_ms`` or later, by halving."""
    low, high = 0, log.counter(session)
    while low < high:
        middle = (low + high) // 2
        following = log.read(session, middle, 1)
        if not following or _received_ms(session, following[0].op) >= since_ms:
            high = middle
        else:
            low = max(middle + 1, following[0].position)
    return low


def _received_ms(session: Session, op: UUID) -> int:
    known = arrivals.of(session, [op])
    return known[op].received_ms if op in known else 0
