"""Where every plugin stands, for `fieldops plugin list` and the API, and how one goes on again."""

from collections.abc import Sequence
from typing import cast

import msgspec
from sqlmodel import Session

from fieldops.flow import evidence, keep, pictures
from fieldops.model.plugin import PluginCard, PluginFault, PluginState, State
from fieldops.plugin import entry
from fieldops.settings import Settings
from fieldops.store import log, plugins, readers

_OWN = frozenset({keep.NAME, evidence.NAME, pictures.NAME})
"""The server's own readers of the log, which are no plugins."""


def plugin_states(session: Session, settings: Settings) -> list[PluginState]:
    """All plugins that may load or ever did, by name.  Reads the database, imports no plugin."""
    rows = {row.name: row for row in readers.everything(session)}
    cards = plugins.cards(session)
    names = {*rows, *cards, *entry.chosen(settings.plugins)} - _OWN
    head = log.counter(session)
    return [_state(name, rows.get(name), cards.get(name), head) for name in sorted(names)]


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


def resume(session: Session, name: str, position: int | None = None) -> bool:
    """Let a parked plugin go on, or read again from behind ``position``; False if it is unknown."""
    row = readers.get(session, name)
    if row is None:
        return False
    readers.put_position(session, name, row.position if position is None else position)
    return True
