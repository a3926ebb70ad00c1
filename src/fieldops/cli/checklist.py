"""``fieldops checklist``: write, lint, publish, look up the standards."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import rich_click as click
from msgspec.structs import asdict

from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.model.checklist import Checklist
from fieldops.model.fault import Fault
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.rules import checklists

_COLUMNS = (
    ("key", "检查表", "checklist"),
    ("version", "版本", "version"),
    ("domain", "领域", "domain"),
    ("published", "发布时间", "published"),
    ("sha256", "SHA-256", "SHA-256"),
)
_ADDRESS_DIGITS_MIN = 8

paths_argument = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)


@click.group(help=tr("检查表：检查、发布、查看。", "Checklists: lint, publish, list, show."))
def command() -> None:
    """The group's text is its help, above."""


@command.command(
    help=tr(
        "检查文件或文件夹，逐条指出行、列和改法。",
        "Check files or folders, naming line and column.",
    )
)
@paths_argument
@json_option
@pass_shell
def lint(shell: Shell, paths: tuple[Path, ...]) -> None:
    good = _read_all(shell, paths)
    rows = [_card(path, checklist) for path, checklist in good]
    names = "\n".join(f"{row['path']}: {row['key']} {row['version']}" for row in rows)
    shell.show(
        rows, f"{names}\n{len(rows)} 个检查表没有错误", f"{names}\n{len(rows)} without fault"
    )


def _card(path: Path, checklist: Checklist) -> dict[str, Any]:
    return {
        "path": str(path),
        "key": checklist.key,
        "version": checklist.version,
        "domain": checklist.domain,
        "items": sum(len(section.items) for section in checklist.sections),
        "sha256": checklists.address(checklist),
    }


def _read_all(shell: Shell, paths: Iterable[Path]) -> list[tuple[Path, Checklist]]:
    """All checklists, or ``ProblemError`` with every fault of all files."""
    good: list[tuple[Path, Checklist]] = []
    faults: list[Fault] = []
    for path in _files(paths):
        found = _read(path)
        if isinstance(found, list):
            faults += found
        else:
            good.append((path, found))
    if faults:
        lines = [_line(shell, fault) for fault in faults]
        extra = {"faults": [asdict(fault) for fault in faults]}
        raise ProblemError(operation("checklist-faults", "\n".join(lines), **extra))
    if not good:
        detail = shell.text("文件夹中没有 .toml 文件", "the folder holds no .toml file")
        raise ProblemError(operation("file", detail))
    return good


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.toml")) if path.is_dir() else [path]
    return found


def _read(path: Path) -> Checklist | list[Fault]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        detail = f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8"
        raise ProblemError(operation("file", detail)) from error
    return checklists.parse(text, str(path))


def _line(shell: Shell, fault: Fault) -> str:
    said, advice = fault.messages[shell.language], fault.advice[shell.language]
    return f"{fault.path}:{fault.line}:{fault.column}: {said} {advice}"


@command.command(
    help=tr(
        "检查后发布给所有平板；相同内容不会重复发布。", "Lint, then publish to every tablet, once."
    )
)
@paths_argument
@json_option
@pass_shell
def publish(shell: Shell, paths: tuple[Path, ...]) -> None:
    from sqlmodel import Session

    from fieldops.flow import setup

    good = _read_all(shell, paths)

    def job(session: Session) -> list[bool]:
        now_ms = shell.now_ms()
        return [setup.publish(session, one, setup.SYSTEM, now_ms) for _path, one in good]

    fresh = shell.write(job)
    rows = [
        _card(path, one) | {"published": is_new}
        for (path, one), is_new in zip(good, fresh, strict=True)
    ]
    shell.show(
        rows, _told(rows, "已发布", "此前已发布"), _told(rows, "published", "was out before")
    )


def _told(rows: list[dict[str, Any]], new: str, old: str) -> str:
    return "\n".join(
        f"{row['key']} {row['version']}: {new if row['published'] else old} ({row['sha256'][:12]})"
        for row in rows
    )


@command.command("list", help=tr("列出已发布的版本。", "List published versions."))
@json_option
@pass_shell
def list_(shell: Shell) -> None:
    from fieldops.flow.timing import rfc3339
    from fieldops.store import definitions

    members = ("key", "version", "domain", "sha256", "published")
    rows = [
        dict(zip(members, (key, version, domain, sha.hex(), rfc3339(at_ms)), strict=True))
        for key, version, domain, sha, at_ms in shell.read(definitions.listing)
    ]
    shell.table(rows, _COLUMNS)


@command.command(help=tr("显示一个已发布的版本。", "Show a published version."))
@click.argument("name")
@json_option
@pass_shell
def show(shell: Shell, name: str) -> None:
    """By key (the newest version), or by the beginning of its SHA-256."""
    from sqlmodel import Session

    from fieldops.store import definitions

    def query(session: Session) -> bytes | None:
        known = definitions.listing(session)
        named = [sha for key, _version, _domain, sha, _at in known if key == name]
        if len(name) >= _ADDRESS_DIGITS_MIN:
            named = named or [one[3] for one in known if one[3].hex().startswith(name.lower())]
        return definitions.get(session, named[-1]) if named else None

    body = shell.read(query)
    if body is None:
        raise ProblemError(operation("unknown-name", name))
    checklist = checklists.decode(body)
    if shell.as_json:
        shell.show_json(checklist)
    else:
        click.echo("\n".join(_outline(shell, checklist)))


def _outline(shell: Shell, checklist: Checklist) -> Iterable[str]:
    title = checklist.titles[shell.language]
    yield f"{title} ({checklist.key} {checklist.version}, {checklist.domain})"
    yield checklists.address(checklist)
    for section in checklist.sections:
        yield f"\n{section.titles[shell.language]}"
        for item in section.items:
            kind = type(item.answer).__name__.lower()
            yield f"  {item.key}: {item.titles[shell.language]} [{kind}]"
