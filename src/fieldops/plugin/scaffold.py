"""A new plugin's package, written from templates: it passes its own contract test at once.

name, titles ─ check ─ fill the templates ─→ files by path ─→ a folder
"""

import keyword
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

from fieldops.model.answertypes import Titles
from fieldops.plugin.entry import installed

NAME_MAX = 40
TITLE_MAX = 40
"""Characters; longer ones would not fit into the lines of the templates."""
_NAME = re.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*")
_FORBIDDEN_IN_TITLES = re.compile(r"[\"'\\@{}]|[^\x20-\U0010FFFF]")
_OWN = frozenset(
    {
        "builtin",
        "care",
        "due",
        "evidence",
        "keeper",
        "media",
        "pictures",
        "rounds",
        "sweep",
        "testing",
    }
)
"""Names of the server's own readers and jobs."""


class NewPlugin(Struct, frozen=True):
    """What a package is written from."""

    name: str
    titles: Titles

    @property
    def package(self) -> str:
        """The name of its module."""
        return f"fieldops_{self.name.replace('-', '_')}"


class Unfit(Struct, frozen=True):
    """Why a package cannot be written so, and what to give instead; in both languages."""

    zh: str
    en: str


def unfit(plugin: NewPlugin) -> Iterator[Unfit]:
    """Everything that is wrong with a name and its titles."""
    name = plugin.name
    if len(name) > NAME_MAX or not _NAME.fullmatch(name):
        yield Unfit(
            f"{name}：只用小写字母、数字和单个连字符，以字母开头，"
            f"最多 {NAME_MAX} 个字符，如 fire-drills",
            f"{name}: lower-case letters, digits and single hyphens, a letter first, at most"
            f" {NAME_MAX} characters, such as fire-drills",
        )
    elif keyword.iskeyword(name) or keyword.issoftkeyword(name):
        yield Unfit(f"{name} 是 Python 关键字", f"{name} is a keyword of Python")
    elif name in installed():
        yield Unfit(f"已安装名为 {name} 的插件", f"a plugin {name} is installed already")
    elif name in _OWN or find_spec(plugin.package) is not None:
        yield Unfit(f"{name} 已被 fieldops 使用", f"{name} is taken: {plugin.package} is there")
    for language, title in plugin.titles.items():
        if not 0 < len(title.strip()) <= TITLE_MAX or _FORBIDDEN_IN_TITLES.search(title):
            yield Unfit(
                f"{language} 标题须为 1 至 {TITLE_MAX} 个字符，不含引号、反斜杠、@ 和花括号",
                f"the {language} title must have 1 to {TITLE_MAX} characters, without quotes,"
                " backslash, @ and braces",
            )


def package_files(plugin: NewPlugin) -> dict[str, str]:
    """The texts of a package by their paths in its folder."""
    name, package = plugin.name, plugin.package
    places = {
        "README.md": "README.md",
        "pyproject.toml": "pyproject.toml",
        f"src/{package}/__init__.py": "init.py",
        f"src/{package}/py.typed": "",
        f"src/{package}/rules.py": "rules.py",
        f"checklists/{name}/{name}-walk.toml": "checklist.toml",
        f"tests/test_{name.replace('-', '_')}.py": "test.py",
    }
    return {path: _filled(plugin, template) for path, template in places.items()}


def write(folder: Path, texts: dict[str, str]) -> None:
    """Write a package; raises ``FileExistsError`` if the folder is there, with nothing written."""
    folder.mkdir(parents=True)
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _filled(plugin: NewPlugin, template: str) -> str:
    if not template:
        return ""
    text = (files("fieldops.plugin") / "template" / f"{template}.txt").read_text(encoding="utf-8")
    words = {
        "@name@": plugin.name,
        "@package@": plugin.package,
        "@zh@": plugin.titles["zh-CN"],
        "@en@": plugin.titles["en"],
    }
    for word, value in words.items():
        text = text.replace(word, value)
    return text
