"""The language of the command line: ``--lang``, else the locale of the environment."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Literal

Language = Literal["zh-CN", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")


def choose(given: str | None, environment: Mapping[str, str]) -> Language:
    """``given`` if it names a language; else what LC_ALL, LC_MESSAGES, LANG name, in this order."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    wanted = given or next((environment[name] for name in names if environment.get(name)), "")
    return "zh-CN" if wanted.lower().startswith("zh") else "en"


def asked(arguments: Sequence[str]) -> str | None:
    """What ``--lang`` says, before the arguments are parsed: texts of --help are made at import."""
    for at, argument in enumerate(arguments):
        if argument == "--lang":
            return next(iter(arguments[at + 1 : at + 2]), None)
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
    return None


HELP_LANGUAGE = choose(asked(sys.argv[1:]), os.environ)


def tr(zh: str, en: str) -> str:
    """A text of ``--help`` in the language of this process."""
    return zh if HELP_LANGUAGE == "zh-CN" else en
