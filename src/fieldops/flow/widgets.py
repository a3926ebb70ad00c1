"""Widgets of plugins: modules that the console loads, each under the SHA-256 of its text.

    declare_plugin ─ probe ─ hand-in ─ kept as a text ─→ list, file ─→ the browser runs it

Nothing of a plugin runs here.  A plugin that is off or parked has no widget meanwhile.
"""

import hashlib

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.plugins import is_chosen
from fieldops.model.plugin import WidgetPage
from fieldops.settings import Settings
from fieldops.store import plugins, readers


class WidgetView(Struct, frozen=True):
    """A module for the console: whose it is, for which pages, and its address."""

    plugin: str
    version: str
    pages: list[WidgetPage]
    src: str


def listed(session: Session, settings: Settings) -> list[WidgetView]:
    """The widgets of all plugins that run and are in use, by name."""
    found = []
    states = {row.name: row.state for row in readers.everything(session)}
    for name, card in sorted(plugins.cards(session).items()):
        is_used = is_chosen(settings, name) and states.get(name) in ("running", "waiting")
        widget = plugins.widget(session, name) if is_used else None
        if widget is not None:
            src = f"/console/plugins/{name}/{_hash(widget.module)}.js"
            found.append(WidgetView(name, card.version, list(widget.pages), src))
    return found


def module(session: Session, name: str, sha256: str) -> str | None:
    """The text of a plugin's module, if it still is this one."""
    widget = plugins.widget(session, name)
    return widget.module if widget is not None and _hash(widget.module) == sha256 else None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
