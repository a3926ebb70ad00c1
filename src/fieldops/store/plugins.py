"""What the probe read of each plugin, and what its hooks cost: kept for others to show and obey."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import text
from sqlmodel import Session

from fieldops.model.plugin import DataLevel, HookMeasure, PluginCard, Widget
from fieldops.store import batch, meta

_PREFIX = "plugin."
_LEVELS = "levels."
_MEASURES = "measures."
_WIDGETS = "widget."
_EVERY_LEVEL = f"SELECT value FROM meta WHERE substr(key, 1, {len(_LEVELS)}) = '{_LEVELS}'"
"""SQLite plans a LIKE anew with each pattern that is bound, which takes longer than reading."""
_decode_levels = msgspec.json.Decoder(dict[str, dict[str, DataLevel]]).decode
_read_measures = msgspec.json.Decoder(dict[str, HookMeasure]).decode
_read_widget = msgspec.json.Decoder(Widget).decode
_decode = msgspec.json.Decoder(PluginCard).decode


def put_card(session: Session, card: PluginCard) -> None:
    """Keep what a plugin says of itself now."""
    meta.put(session, _PREFIX + card.name, msgspec.json.encode(card).decode())


def put_levels(session: Session, name: str, levels: Mapping[str, Mapping[str, DataLevel]]) -> None:
    """Keep the data levels that a plugin declares, by checklist key and item key."""
    meta.put(session, _LEVELS + name, msgspec.json.encode(levels).decode())


def levels(session: Session) -> dict[str, dict[str, DataLevel]]:
    """What all plugins declare, the higher level where two declare the same item."""
    rows = batch.run(session, _EVERY_LEVEL)
    found: dict[str, dict[str, DataLevel]] = {}
    for row in rows:
        for checklist, items in _decode_levels(row[0].encode()).items():
            known = found.setdefault(checklist, {})
            for item, level in items.items():
                known[item] = max(level, known.get(item, level))
    return found


def put_widget(session: Session, name: str, widget: Widget | None) -> None:
    """Keep a plugin's module for the console, or that it has none."""
    text = "" if widget is None else msgspec.json.encode(widget).decode()
    if text or meta.get(session, _WIDGETS + name):
        meta.put(session, _WIDGETS + name, text)


def widget(session: Session, name: str) -> Widget | None:
    """A plugin's module for the console."""
    kept = meta.get(session, _WIDGETS + name)
    return _read_widget(kept.encode()) if kept else None


def card(session: Session, name: str) -> PluginCard | None:
    """What a plugin said of itself when it was loaded last, if it ever was."""
    kept = meta.get(session, _PREFIX + name)
    return None if kept is None else _decode(kept.encode())


def cards(session: Session) -> dict[str, PluginCard]:
    """The plugins that were ever loaded, by name."""
    rows = session.execute(text("SELECT key, value FROM meta WHERE key LIKE 'plugin.%'"))
    return {key.removeprefix(_PREFIX): _decode(value.encode()) for key, value in rows}


def measures(session: Session, name: str) -> dict[str, HookMeasure]:
    """What each hook of a plugin has cost, by hook."""
    kept = meta.get(session, _MEASURES + name)
    return {} if kept is None else _read_measures(kept.encode())


def add_measures(session: Session, name: str, more: Mapping[str, HookMeasure]) -> None:
    """Count what was measured since."""
    kept = measures(session, name)
    both = {hook: kept.get(hook, HookMeasure()).plus(one) for hook, one in more.items()}
    _put_measures(session, name, kept | both)


def forget_measures(session: Session, name: str) -> None:
    """Begin to count anew: another version is another plugin."""
    _put_measures(session, name, {})


def _put_measures(session: Session, name: str, kept: Mapping[str, HookMeasure]) -> None:
    meta.put(session, _MEASURES + name, msgspec.json.encode(kept, order="sorted").decode())
