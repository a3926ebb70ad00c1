"""``fieldops checklist import``: a checklist file from an XLSForm workbook."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from msgspec import inspect
from msgspec.structs import asdict

from fieldops.cli.checklist_files import card
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.model.checklist import Checklist
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError

if TYPE_CHECKING:
    from fieldops.xlsform.importing import Imported
    from fieldops.xlsform.languages import Ours
    from fieldops.xlsform.mapping import Wish
    from fieldops.xlsform.remarks import Remark

_LEVELS = {
    "lost": ("没有导入", "not carried over"),
    "changed": ("换了方式导入", "carried over in another way"),
    "fill": ("请补写或核对", "to be written or checked"),
    "note": ("仅供参考", "for your information"),
}
_ALIKE_MIN = 4
_ROWS_SHOWN = 12
"""Rows that one line names; all of them stand in the JSON."""


@click.command(
    name="import",
    help=tr(
        "把 XLSForm 工作簿（.xlsx、.xls、.csv、.md）变成检查表文件，"
        "并逐行说明哪些内容没有导入、换成了什么、还要补写什么。",
        "Turn an XLSForm workbook (.xlsx, .xls, .csv, .md) into a checklist file, and tell row by"
        " row what could not be carried over, what was done instead, and what is left to write.",
    ),
)
@click.argument("workbook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", default="", help=tr("检查表的键，默认取 form_id", "Its key; else form_id"))
@click.option("--domain", default="", help=tr("领域", "Its domain, such as cleaning"))
@click.option(
    "--version", default="", help=tr("版本，默认取表单的", "Its version; else the form's one")
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=tr("写入的文件，默认 KEY.toml", "The file to write; else KEY.toml"),
)
@click.option("--force", is_flag=True, help=tr("覆盖已有的文件", "Replace a file that is there"))
@click.option(
    "--lang-map",
    "pairs",
    multiple=True,
    metavar="NAME=zh-CN|en",
    help=tr(
        "表单中的语言对应哪种语言，可重复，如 'Français (fr)=en'",
        "Which of our languages one of the form stands for; repeat it: 'Français (fr)=en'",
    ),
)
@json_option
@pass_shell
def command(
    shell: Shell,
    workbook: Path,
    key: str,
    domain: str,
    version: str,
    out: Path | None,
    force: bool,
    pairs: tuple[str, ...],
) -> None:
    # pyxform takes a second to load: only who imports a workbook waits for it.
    from fieldops.xlsform.mapping import Wish

    names = {"key": key, "domain": domain, "version": version}
    wish = Wish(**_checked(names), languages=dict(_language(pair) for pair in pairs))
    imported = _import(shell, workbook, wish)
    target = out or Path(f"{imported.mapped.checklist.key}.toml")
    if target.exists() and not force:
        raise ProblemError(operation("target-not-empty", str(target)))
    try:
        target.write_text(imported.text, encoding="utf-8")
    except OSError as error:
        raise ProblemError(operation("file", f"{target}: {error.strerror}")) from error
    if shell.as_json:
        shell.show_json(_card(target, imported))
    else:
        click.echo("\n".join(_lines(shell, target, imported)))


def _checked(names: dict[str, str]) -> dict[str, str]:
    """Names as a checklist may bear them; wrong usage otherwise."""
    forms = {field.name: field.type for field in inspect.type_info(Checklist).fields}  # type: ignore[attr-defined]
    for name, value in names.items():
        pattern = forms[name].pattern
        if value and not re.search(pattern, value):
            raise click.BadParameter(f"“{value}”: {pattern}", param_hint=f"--{name}")
    return names


def _language(pair: str) -> "tuple[str, Ours]":
    name, _, said = pair.rpartition("=")
    ours: dict[str, Ours] = {"zh-cn": "zh-CN", "zh": "zh-CN", "en": "en"}
    if said.strip().lower() not in ours:
        raise click.BadParameter(pair, param_hint="--lang-map")
    return name.strip(), ours[said.strip().lower()]


def _import(shell: Shell, workbook: Path, wish: "Wish") -> "Imported":
    from fieldops.xlsform.book import Unreadable
    from fieldops.xlsform.importing import import_xlsform
    from fieldops.xlsform.problems import words_of

    with shell.progress() as progress:
        progress.add_task(shell.text("读取工作簿", "read the workbook"), total=None)
        try:
            return import_xlsform(workbook, wish)
        except Unreadable as error:
            words = words_of(error)
            place = {"code": error.code, "sheet": error.sheet, "row": error.row}
            extra = {**place, "messages": words}
            raise ProblemError(operation("workbook", words[shell.language], **extra)) from error
        except OSError as error:
            raise ProblemError(operation("file", f"{workbook}: {error.strerror}")) from error


def _card(target: Path, imported: "Imported") -> dict[str, Any]:
    from fieldops.xlsform.remarks import count_by_level

    mapped = imported.mapped
    return {
        **card(target, mapped.checklist),
        "sections": len(mapped.checklist.sections),
        "counts": count_by_level(mapped.remarks),
        "remarks": [asdict(remark) for remark in mapped.remarks],
        "names": mapped.names,
        "choices": mapped.choices,
        "faults": [asdict(fault) for fault in imported.faults],
    }


def _lines(shell: Shell, target: Path, imported: "Imported") -> Iterator[str]:
    checklist = imported.mapped.checklist
    sections = len(checklist.sections)
    items = sum(len(section.items) for section in checklist.sections)
    name = f"{checklist.key} {checklist.version}"
    yield shell.text(
        f"{target}：{name}，{sections} 个分区，{items} 个检查项",
        f"{target}: {name}, {sections} sections, {items} items",
    )
    for level, (zh, en) in _LEVELS.items():
        found = [remark for remark in imported.mapped.remarks if remark.level == level]
        if found:
            yield f"\n{shell.text(zh, en)} ({len(found)})"
            yield from _grouped(shell, found)
    if imported.faults:
        counted = Counter(fault.code for fault in imported.faults)
        said = ", ".join(f"{code} {count}" for code, count in sorted(counted.items()))
        yield "\n" + shell.text(f"lint 还会指出：{said}", f"What lint still names: {said}")


def _grouped(shell: Shell, remarks: "Sequence[Remark]") -> Iterator[str]:
    """One line for what is said alike of several rows."""
    alike: dict[tuple[str, ...], list[Remark]] = {}
    for remark in remarks:
        words = [texts[shell.language] for texts in (remark.why, remark.done, remark.advice)]
        alike.setdefault((remark.sheet, remark.code, *words), []).append(remark)
    for key, found in alike.items():
        said = " ".join(part for part in key[2:] if part)
        for group in [found] if len(found) >= _ALIKE_MIN else [[one] for one in found]:
            yield f"  {_where(shell, group)}: {said}"


def _where(shell: Shell, group: "Sequence[Remark]") -> str:
    first = group[0]
    if len(group) == 1:
        place = first.cell or (str(first.row) if first.row else "")
        quoted = f"“{first.says}”" if first.cell and first.column != "name" else ""
        parts = (first.sheet, place, first.column, first.name, quoted)
        return " ".join(part for part in parts if part)
    rows = list(dict.fromkeys(str(remark.row) for remark in group))
    more = " …" if len(rows) > _ROWS_SHOWN else ""
    word = shell.text("行", "rows")
    return f"{first.sheet} {word} {', '.join(rows[:_ROWS_SHOWN])}{more} ({len(rows)})"
