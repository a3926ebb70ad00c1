"""What can be wrong with a plugin, in both languages, each with what to do about it."""

from typing import Literal

from msgspec import Struct

from fieldops.model.answertypes import Titles


class FaultKind(Struct, frozen=True):
    """One way to fail: what happened, and what its author or the operator should do."""

    titles: Titles
    advice: Titles


def _kind(zh: str, zh_advice: str, en: str, en_advice: str) -> FaultKind:
    return FaultKind({"zh-CN": zh, "en": en}, {"zh-CN": zh_advice, "en": en_advice})


_LOOK_ZH, _LOOK_EN = "日志中有完整报错。", "The log has the whole traceback."

CATALOGUE: dict[str, FaultKind] = {
    "not-installed": _kind(
        "没有安装此插件", "安装该插件包，或从设置 plugins 中删去。",
        "The plugin is not installed", "Install its package, or take it out of `plugins`.",
    ),
    "import-failed": _kind(
        "插件无法导入", _LOOK_ZH, "The plugin cannot be imported", _LOOK_EN,
    ),
    "no-declaration": _kind(
        "插件没有实现 declare_plugin", "实现 declare_plugin 并返回 Plugin。",
        "The plugin does not implement declare_plugin", "Implement it and return a Plugin.",
    ),
    "name-differs": _kind(
        "声明的名称与入口点不同", "让 Plugin.name 与入口点的名称一致。",
        "The declared name is not the entry point's", "Give Plugin.name the entry point's name.",
    ),
    "api-differs": _kind(
        "插件是为另一个接口版本写的", "升级插件，使 Plugin.api 等于服务器的接口版本。",
        "The plugin was written for another interface", "Upgrade it to the server's API number.",
    ),
    "unknown-hook": _kind(
        "没有这个名称的钩子", "改正函数名，或去掉 @hookimpl。",
        "There is no hook of this name", "Correct the function's name or remove @hookimpl.",
    ),
    "unmarked-hook": _kind(
        "函数以钩子命名但没有标记", "在函数前加 @hookimpl，或给函数改名。",
        "A function is named like a hook but not marked", "Add @hookimpl, or rename it.",
    ),
    "extra-argument": _kind(
        "钩子没有这个参数", "只使用钩子说明中列出的参数名。",
        "The hook has no such argument", "Use only the argument names of the hook.",
    ),
    "coroutine-hook": _kind(
        "钩子不能是协程", "把 async def 改为 def。",
        "A hook cannot be a coroutine", "Write `def` instead of `async def`.",
    ),
    "wrapper-hook": _kind(
        "钩子不能包裹其他插件", "去掉 wrapper=True 或 hookwrapper=True，直接返回结果。",
        "A hook cannot wrap those of other plugins", "Drop wrapper=True and return the result.",
    ),
    "unmet-requirement": _kind(
        "插件包要求的依赖没有满足", "安装所要求的版本，或安装适合此服务器的插件版本。",
        "The package's requirement is not met", "Install what it asks for, or a release that fits.",
    ),
    "bad-settings": _kind(
        "插件的设置不符合其类型", "按插件说明改正设置。",
        "The plugin's settings do not fit their type", "Correct them as the plugin documents.",
    ),
    "raised": _kind("钩子抛出了异常", _LOOK_ZH, "The hook raised an exception", _LOOK_EN),
    "wrong-result": _kind(
        "钩子返回值的类型不对", "按钩子说明返回值。",
        "The hook returned something of a wrong type", "Return what the hook's text says.",
    ),
    "too-much": _kind(
        "钩子返回的内容过多", "返回更少的条目。",
        "The hook returned too much", "Return fewer entries.",
    ),
    "timeout": _kind(
        "钩子超过了时限，进程已结束", "让钩子更快，或调高 worker.hook_budget_s。",
        "The hook exceeded its time and was killed", "Speed it up or raise worker.hook_budget_s.",
    ),
    "out-of-memory": _kind(
        "钩子超过了内存上限", "减少内存用量，或调高 worker.hook_memory_mb。",
        "The hook exceeded its memory", "Use less, or raise worker.hook_memory_mb.",
    ),
    "parked-by-hand": _kind(
        "由管理员停下", "准备好后运行 fieldops plugin resume。",
        "Somebody parked it", "Run `fieldops plugin resume` when it may go on.",
    ),
    "crashed": _kind(
        "插件进程意外结束", _LOOK_ZH, "The plugin's process ended unexpectedly", _LOOK_EN,
    ),
}  # fmt: skip
"""All fault codes; they are stable, texts may improve."""


def describe(code: str, language: Literal["zh-CN", "en"]) -> str:
    """The title and the advice of a code, as one text; raises ``KeyError`` for an unknown one."""
    kind = CATALOGUE[code]
    joint = "：" if language == "zh-CN" else ". "
    return f"{kind.titles[language]}{joint}{kind.advice[language]}"
