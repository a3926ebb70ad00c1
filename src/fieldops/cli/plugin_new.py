"""``fieldops plugin new``: a package of a plugin to start from, with its contract test."""

from pathlib import Path

import rich_click as click

from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.model.answertypes import Titles
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.plugin.scaffold import NewPlugin, package_files, unfit, write


@click.command(
    "new",
    help=tr(
        "新建插件包：入口点、检查表、规则、测试，一次通过契约测试。",
        "Write a plugin's package: entry point, checklist, rules, tests.",
    ),
)
@click.argument("name")
@click.option(
    "--dir",
    "parent",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("plugins"),
    show_default=True,
    help=tr("在此文件夹中新建", "The folder to write it in"),
)
@click.option("--title-zh", default="", help=tr("中文名称", "What it is called in Chinese"))
@click.option("--title-en", default="", help=tr("英文名称", "What it is called in English"))
@json_option
@pass_shell
def new(shell: Shell, name: str, parent: Path, title_zh: str, title_en: str) -> None:
    words = name.replace("-", " ").capitalize()
    titles: Titles = {
        "zh-CN": title_zh or f"{words} 巡检",
        "en": title_en or f"{words} inspections",
    }
    plugin = NewPlugin(name, titles)
    wrong = "\n".join(shell.text(one.zh, one.en) for one in unfit(plugin))
    if wrong:
        raise ProblemError(operation("plugin-name", wrong))
    folder, texts = parent / name, package_files(plugin)
    try:
        write(folder, texts)
    except FileExistsError as error:
        raise ProblemError(operation("plugin-exists", str(folder))) from error
    told = {"name": name, "folder": str(folder), "files": sorted(texts)}
    shell.show(
        told,
        f"已写入 {folder}，接着：\n{_next(folder)}",
        f"{folder} is there; next:\n{_next(folder)}",
    )
    if not shell.as_json:
        shell.note(
            "先写检查表和规则；说明见 plugins/README.md 与 checklists/README.md\n"
            "最后两条命令作用于 --config 指定的服务器；不指定时用当前文件夹中的 var/",
            "Write its checklist and its rules; how: plugins/README.md, checklists/README.md\n"
            "The last two act on the server that --config names; without, on var/ of the folder you"
            " are in",
        )


def _next(folder: Path) -> str:
    """The commands to go on with, one a line."""
    lines = (
        f"cd {folder}",
        "pip install -e .",
        "fieldops checklist lint checklists",
        "ruff check . && mypy && pytest",
        "fieldops checklist publish checklists",
        "fieldops plugin list",
    )
    return "\n".join(f"  {line}" for line in lines)
