"""What the probe read of each plugin, kept so that other processes can show it."""

import msgspec
from sqlalchemy import text
from sqlmodel import Session

from fieldops.model.plugin import PluginCard
from fieldops.store import meta

_PREFIX = "plugin."
_decode = msgspec.json.Decoder(PluginCard).decode


def put_card(session: Session, card: PluginCard) -> None:
    """Keep what a plugin says of itself now."""
    meta.put(session, _PREFIX + card.name, msgspec.json.encode(card).decode())


def cards(session: Session) -> dict[str, PluginCard]:
    """The plugins that were ever loaded, by name."""
    rows = session.execute(text("SELECT key, value FROM meta WHERE key LIKE 'plugin.%'"))
    return {key.removeprefix(_PREFIX): _decode(value.encode()) for key, value in rows}
