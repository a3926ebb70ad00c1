"""How an option is written: a callback that says so by an example, before anything is asked."""

import re
from collections.abc import Callable
from typing import TypeVar

import rich_click as click

from fieldops.cli.language import tr

T = TypeVar("T", str, tuple[str, ...], str | None)


def like(pattern: str, example: str) -> Callable[[click.Context, click.Parameter, T], T]:
    """The callback of an option whose value, or each of whose values, has a form."""

    def check(_context: click.Context, _parameter: click.Parameter, value: T) -> T:
        given = value if isinstance(value, tuple) else (value,)
        for one in given:
            if one is not None and not re.fullmatch(pattern, one):
                raise click.BadParameter(
                    tr(f"{one} 应写成如 {example}", f"{one} is not written like {example}")
                )
        return value

    return check
