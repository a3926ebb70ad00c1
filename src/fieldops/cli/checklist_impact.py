"""The impact preview of ``fieldops checklist publish``, as people read it."""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import to_builtins

from fieldops.cli.shell import Shell
from fieldops.flow.impact import Draft, Impact, Tablet
from fieldops.flow.timing import rfc3339

_NAMES_SHOWN = 20
"""Tablets named a line; ``--json`` names all of them."""


def as_rows(impact: Impact) -> dict[str, Any]:
    """The preview as ``--json`` gives it."""
    rows: dict[str, Any] = to_builtins(impact)
    for tablet in rows["tablets"]:
        tablet["seen"] = rfc3339(tablet["seen_ms"]) if tablet["seen_ms"] else ""
    return rows


def as_lines(shell: Shell, impact: Impact) -> Iterator[str]:
    """The preview as text in the shell's language."""
    name, before = f"{impact.key} {impact.version}", impact.before
    yield shell.text(
        f"{name}（现行版本 {before}）" if before else name,
        f"{name} (new walks now begin on {before})" if before else name,
    )
    yield from _differences(shell, impact)
    yield from _tablets(shell, impact.tablets)
    yield from _drafts(shell, impact)


def _differences(shell: Shell, impact: Impact) -> Iterator[str]:
    if not impact.before:
        yield shell.text("  此前没有已发布的版本", "  no version of it is out")
        return
    count = len(impact.differences)
    yield shell.text(f"  改动 {count} 处", f"  {count} difference(s)")
    for one in impact.differences:
        yield f"    {one.messages.get(shell.language, one.path)}"


def _tablets(shell: Shell, tablets: Iterable[Tablet]) -> Iterator[str]:
    by_version: dict[str, list[Tablet]] = {}
    for tablet in tablets:
        by_version.setdefault(tablet.version, []).append(tablet)
    count = sum(map(len, by_version.values()))
    yield shell.text(
        f"  尚无此版本的平板 {count} 台", f"  {count} tablet(s) do not have this version"
    )
    for version, held in sorted(by_version.items()):
        what = version or shell.text("没有任何版本", "no version")
        names = ", ".join(_tablet(shell, one) for one in held[:_NAMES_SHOWN])
        more = len(held) - _NAMES_SHOWN
        rest = shell.text(f"，另有 {more} 台", f", and {more} more") if more > 0 else ""
        yield f"    {what}: {len(held)} ({names}{rest})"


def _tablet(shell: Shell, tablet: Tablet) -> str:
    told = shell.text(f"，已下发 {tablet.sent}", f", was sent {tablet.sent}")
    return f"{tablet.name}{told if tablet.sent else ''}"


def _drafts(shell: Shell, impact: Impact) -> Iterator[str]:
    names = {one.device: one.name for one in impact.tablets}
    count = len(impact.drafts)
    yield shell.text(
        f"  引用其他版本的未提交巡检 {count} 次（均按原版本完成）",
        f"  {count} walk(s) under way on other versions, on which they finish",
    )
    for draft in impact.drafts:
        who = draft.inspector or "-"
        on = ", ".join(names.get(device, str(device)) for device in draft.devices) or "-"
        yield shell.text(
            f"    {draft.site_name}，{who}，{on}：{draft.version}，已答 {draft.answered} 项",
            f"    {draft.site_name}, {who}, {on}: {draft.version}, {draft.answered} answered",
        )
        yield from _lost(shell, draft)


def _lost(shell: Shell, draft: Draft) -> Iterator[str]:
    for one in draft.lost:
        address = f"{one.item}@{one.repeat}" if one.repeat else one.item
        said = one.messages[shell.language]
        yield shell.text(
            f"      不能沿用 {address}：{said}", f"      not carried {address}: {said}"
        )
