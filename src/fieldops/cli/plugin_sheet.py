"""How ``fieldops plugin show`` looks: the sheet of one plugin."""

from collections.abc import Iterator, Mapping
from typing import Any

import rich_click as click
from msgspec import to_builtins

from fieldops.cli.shell import Shell, harmless
from fieldops.flow.timing import rfc3339
from fieldops.model.answertypes import Titles
from fieldops.model.plugin import HookMeasure, PluginFault, PluginSheet
from fieldops.plugin import faults

_MEASURES = (
    ("hook", "钩子", "hook"),
    ("calls", "调用", "calls"),
    ("seconds", "总秒数", "seconds"),
    ("mean_ms", "平均毫秒", "mean ms"),
    ("slowest_ms", "最慢毫秒", "slowest ms"),
    ("faults", "故障", "faults"),
)
_FAULTS = (
    ("at", "时间", "at"),
    ("code", "故障", "fault"),
    ("hook", "钩子", "hook"),
    ("position", "位置", "position"),
    ("detail", "详情", "detail"),
    ("told", "说明", "what it means"),
)


def show(shell: Shell, sheet: PluginSheet) -> None:
    """All that is known of a plugin, in the shell's language or as JSON."""
    if shell.as_json:
        shell.show_json(_plain(sheet))
        return
    click.echo(_headline(sheet))
    width = max(_width(label) for label, _text in _facts(shell, sheet))
    for label, text in _facts(shell, sheet):
        click.echo(f"  {label}{' ' * (width - _width(label))}  {harmless(text)}")
    if sheet.measures:
        click.echo(shell.text("\n用时（本版本以来）", "\nWhat its hooks cost, in this version"))
        shell.table([_measured(*pair) for pair in sheet.measures.items()], _MEASURES)
    if sheet.state.faults:
        click.echo(shell.text("\n故障（最近的在前）", "\nFaults, the latest first"))
        shell.table([_told(shell, one) for one in reversed(sheet.state.faults)], _FAULTS)


def _plain(sheet: PluginSheet) -> dict[str, Any]:
    """As JSON: each fault with what it means and what to do, in both languages."""
    found: dict[str, Any] = to_builtins(sheet)
    for fault in found["state"]["faults"]:
        kind = faults.CATALOGUE[fault["code"]]
        fault |= {"titles": kind.titles, "advice": kind.advice}
    return found


def _headline(sheet: PluginSheet) -> str:
    state = sheet.state
    colour = {"running": "green", "new": None}.get(state.state, "yellow")
    named = " ".join(filter(None, [state.name, state.version]))
    return f"{click.style(named, bold=True)} · {click.style(state.state, fg=colour)}"


def _facts(shell: Shell, sheet: PluginSheet) -> Iterator[tuple[str, str]]:
    state, card = sheet.state, sheet.card
    if card is not None and card.summary:
        yield shell.text("用途", "is for"), _in(shell, card.summary)
    head = state.cursor + state.lag
    yield (
        shell.text("位置", "cursor"),
        shell.text(
            f"{state.cursor} / {head}，落后 {state.lag} 条；下一条已试 {state.attempts} 次",
            f"{state.cursor} of {head}, behind by {state.lag};"
            f" attempts at the next: {state.attempts}",
        ),
    )
    if card is None:
        yield shell.text("声明", "declares"), shell.text("从未加载", "it was never loaded")
        return
    every = shell.text("所有领域", "every domain")
    yield shell.text("领域", "domain"), card.domain or every
    yield shell.text("接口", "interface"), str(card.api)
    yield shell.text("钩子", "hooks"), ", ".join(card.hooks)
    none = shell.text("无", "none")
    yield shell.text("检查表", "checklists"), ", ".join(card.checklists) or none
    registers = (f"{one.name} ({_in(shell, one.titles)})" for one in card.registers)
    yield shell.text("台账", "registers"), ", ".join(registers) or none
    days = shell.text(f"{card.earlier_days} 天", f"{card.earlier_days} days")
    yield shell.text("回看", "looks back"), days if card.earlier_days else none
    trusted = shell.text("无：它是 fieldops 自身的一部分", "none: it is part of fieldops itself")
    yield shell.text("保护", "held by"), ", ".join(card.protections) or trusted


def _in(shell: Shell, titles: Titles) -> str:
    return titles.get(shell.language) or next(iter(titles.values()), "")


def _width(text: str) -> int:
    """Columns of a terminal: Chinese characters take two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def _measured(hook: str, one: HookMeasure) -> Mapping[str, object]:
    return {
        "hook": hook,
        "calls": one.calls,
        "seconds": f"{one.took_us / 1e6:.2f}",
        "mean_ms": f"{one.took_us / one.calls / 1000:.2f}",
        "slowest_ms": f"{one.slowest_us / 1000:.1f}",
        "faults": one.faults,
    }


def _told(shell: Shell, fault: PluginFault) -> Mapping[str, object]:
    return {
        "at": rfc3339(fault.at_ms),
        "code": fault.code,
        "hook": fault.hook,
        "position": fault.position or "",
        "detail": fault.detail,
        "told": faults.describe(fault.code, shell.language),
    }
