"""What click itself says around our texts, in Chinese: headings of ``--help``, and wrong usage.

click asks gettext for its words, which reads compiled catalogues from folders of the machine; the
few that people meet stand here instead.
"""

from collections.abc import Mapping
from typing import Any

import rich_click as click
from click import core, decorators, exceptions, parser, termui, types
from rich_click import decorators as rich_decorators

from fieldops.cli.language import HELP_LANGUAGE

_USAGE, _HINT = "用法：", "加 --help 显示说明。"
_PANELS = {"options": "选项", "commands": "命令", "arguments": "参数", "errors": "用法有误"}
WORDS: Mapping[str, str] = {
    "Show this message and exit.": "显示这段说明并退出",
    "Show the version and exit.": "显示版本并退出",
    "Aborted!": "已中止。",
    "Do you want to continue?": "要继续吗？",
    "Repeat for confirmation": "请再输入一次",
    "Error: {message}": "错误：{message}",
    "Error: The two entered values do not match.": "错误：两次输入不一致。",
    "Error: invalid input": "错误：输入无效",
    "Did you mean {possibility}?": "是 {possibility} 吗？",
    "(Did you mean one of: {possibilities}?)": "（是 {possibilities} 之一吗？）",
    "Missing command.": "缺少命令。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "No such option {name!r}.": "没有选项 {name!r}。",
    "No such command {name!r}.": "没有命令 {name!r}。",
    "Invalid value: {message}": "值无效：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值无效：{message}",
    "Could not open file {filename!r}: {message}": "无法打开文件 {filename!r}：{message}",
    "Option {name!r} does not take a value.": "选项 {name!r} 不带值。",
    "Option {name!r} requires an argument.": "选项 {name!r} 需要一个值。",
    "Got unexpected extra argument ({args})": "多余的参数（{args}）",
    "Got unexpected extra arguments ({args})": "多余的参数（{args}）",
    "{value!r} is not {choice}.": "{value!r} 不是 {choice}。",
    "{value!r} is not one of {choices}.": "{value!r} 不在 {choices} 之中。",
    "{value!r} is not a valid UUID.": "{value!r} 不是有效的编号（UUID）。",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是有效的 {number_type}。",
    "{value} is not in the range {range}.": "{value} 不在 {range} 之内。",
    "{value!r} does not match the format {format}.": "{value!r} 不是 {format} 的形式。",
    "{value!r} does not match the formats {formats}.": "{value!r} 不是 {formats} 的形式。",
    "Choose from:\n\t{choices}": "可选：\n\t{choices}",
    "{name} {filename!r} does not exist.": "{name} {filename!r} 不存在。",
    "default: {default}": "默认：{default}",
    "required": "必填",
}
"""click's English (8.5), as it stands in its code, and ours; what is not here stays English."""


class _Formatter(click.RichHelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or _USAGE)


def speak(language: str = HELP_LANGUAGE) -> None:
    """Let click say its words in the language of this process."""
    if language != "zh-CN":
        return
    for module in (core, decorators, exceptions, parser, rich_decorators, termui, types):
        for name, words in (("_", _one), ("gettext", _one), ("ngettext", _many)):
            if hasattr(module, name):
                setattr(module, name, words)
    click.RichContext.formatter_class = _Formatter
    config: Any = click.rich_click
    for panel, title in _PANELS.items():
        setattr(config, f"{panel.upper()}_PANEL_TITLE", title)
    config.ERRORS_SUGGESTION = _HINT
    config.ABORTED_TEXT = WORDS["Aborted!"]


def _one(text: str) -> str:
    return WORDS.get(text, text)


def _many(one: str, many: str, count: int) -> str:
    return _one(one if count == 1 else many)
