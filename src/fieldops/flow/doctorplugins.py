"""The doctor's look at plugins: whether each loads, how it is held, and who is parked."""

import platform
from collections.abc import Iterator

from sqlmodel import Session

from fieldops.flow.checks import Check, State, amiss, both, ok, same
from fieldops.flow.plugins import plugin_states
from fieldops.flow.worker import plugin_bounds
from fieldops.model.plugin import PluginCard
from fieldops.plugin import entry, faults, hookspecs
from fieldops.plugin.probe import probe
from fieldops.settings import Settings

WANTED = frozenset({"limits", "no-new-privileges", "landlock", "system-call-filter"})
"""The protections without which a bad plugin could do more than lose its process.

A network of its own takes a right that a service often lacks; the filter refuses sockets anyway.
"""


def examine(settings: Settings) -> Iterator[Check]:
    """Load every plugin in a jailed process of its own, as a worker would."""
    yield from _budgets(settings)
    bounds = plugin_bounds(settings)
    for name in entry.chosen(settings.plugins):
        found = probe(name, settings.plugin_settings.get(name, {}), bounds)
        if found.card is not None and not found.faults:
            yield _held(found.card)
            continue
        code, detail = found.faults[0].code, found.faults[0].detail
        state: State = "warn" if found.card is not None else "bad"
        yield amiss(
            f"plugin {name}", state, same(f"{code} {detail}".strip()),
            faults.describe(code, "zh-CN"), faults.describe(code, "en"),
        )  # fmt: skip


def _budgets(settings: Settings) -> Iterator[Check]:
    """A budget for a hook that there is not would be no budget at all."""
    unknown = sorted(settings.worker.hook_budgets_s.keys() - set(hookspecs.names()))
    if unknown:
        yield amiss(
            "hook budgets", "warn",
            both(f"没有这个钩子：{'、'.join(unknown)}", f"no such hook: {', '.join(unknown)}"),
            "更正设置 worker.hook_budgets_s 中的钩子名称。",
            "Correct the names in worker.hook_budgets_s.",
        )  # fmt: skip


def _held(card: PluginCard) -> Check:
    held = ", ".join(card.protections)
    zh, en = f"版本 {card.version}；受限于 {held}", f"version {card.version}; held by {held}"
    missing = sorted(WANTED - set(card.protections))
    if not missing:
        return ok(f"plugin {card.name}", both(zh, en))
    lacking = ", ".join(missing)
    machine = f"{platform.system()} {platform.release()} {platform.machine()}"
    return amiss(
        f"plugin {card.name}", "warn",
        both(f"{zh}；在 {machine} 上缺少 {lacking}", f"{en}; without {lacking} on {machine}"),
        "此系统不提供全部保护：只安装可信的插件，或在 Linux 5.13 以上（x86-64 或 AArch64）运行。",
        "This system lacks a protection: install plugins that you trust only, or run on Linux 5.13"
        " or later, x86-64 or AArch64.",
    )  # fmt: skip


def parked(session: Session, settings: Settings) -> Iterator[Check]:
    """Plugins that wait for a person."""
    for one in plugin_states(session, settings):
        if one.state == "parked":
            yield amiss(
                f"plugin {one.name}", "bad",
                both(
                    f"停在位置 {one.cursor}，落后 {one.lag}",
                    f"parked at {one.cursor}, {one.lag} behind",
                ),
                f"用 fieldops plugin show {one.name} 查看原因；修复后运行 fieldops plugin resume"
                f" {one.name}。",
                f"See why by fieldops plugin show {one.name}; mend it, then run fieldops plugin"
                f" resume {one.name}.",
            )  # fmt: skip
