"""What domain plugins add to a report: each asked in its own isolated process.

    card with the hook ─ its domain's view of the month ─ isolated call ─→ sections | fault

A plugin that fails leaves a notice in its place; the rest of the report does not wait for it longer
than its time budget.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing

from fieldops.model.plugin import PluginCard, PluginFault
from fieldops.model.report import MonthView, PluginPart
from fieldops.plugin import entry
from fieldops.plugin.isolate import Isolated
from fieldops.plugin.meter import Caller
from fieldops.settings import Settings

HOOK = "add_report_sections"
Views = Mapping[str, MonthView]
"""What a plugin is shown, by its domain; empty for one that is of none: everything."""
Open = Callable[[PluginCard], AbstractContextManager[Caller]]
"""Opens a plugin to be called, and closes it afterwards."""


def chosen(cards: Mapping[str, PluginCard], settings: Settings) -> tuple[PluginCard, ...]:
    """The plugins of the settings that implement the hook, by name."""
    named = entry.chosen(settings.plugins)
    return tuple(cards[name] for name in named if name in cards and HOOK in cards[name].hooks)


def isolated(settings: Settings) -> Open:
    """Plugins in jailed processes of their own, within the bounds of the settings."""
    from fieldops.flow.worker import plugin_bounds

    bounds = plugin_bounds(settings)
    own = settings.plugin_settings
    return lambda card: closing(Isolated(card, own.get(card.name, {}), bounds))


def ask(cards: Iterable[PluginCard], open_: Open, month: str, views: Views) -> Iterator[PluginPart]:
    """A part for each plugin, in their order."""
    for card in cards:
        view = views.get(card.domain, MonthView(month=month))
        with open_(card) as caller:
            made = caller.call(HOOK, {"report": view})
        if isinstance(made, PluginFault):
            yield PluginPart(card.name, card.summary, fault=made)
        else:
            yield PluginPart(card.name, card.summary, made)
