"""No page says anything that is not among the texts: what stands in a template is translated."""

import re
from collections.abc import Iterator
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "ui" / "src"
_SPOKEN = ("aria-label", "title", "placeholder", "alt")
_WORD = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]")
SAME_EVERYWHERE = {"fieldops", "English", "中文"}
"""The name of the house, and of each language in itself."""


def templates(source: str) -> Iterator[str]:
    """The text of each ``html`…` `` and ``svg`…` ``, with a space for each expression in it."""
    for start in re.finditer(r"\b(?:html|svg)`", source):
        yield _text(source, start.end())


def _text(source: str, at: int) -> str:
    """From behind an opening backtick to the closing one, without what is computed."""
    kept: list[str] = []
    while source[at] != "`":
        if source.startswith("${", at):
            at = _behind(source, at + 2)
            kept.append(" ")
        else:
            kept.append(source[at])
            at += 2 if source[at] == "\\" else 1
    return "".join(kept)


def _behind(source: str, at: int) -> int:
    """Where an expression ends that begins there: behind its closing brace."""
    depth = 1
    while depth:
        here = source[at]
        if here in "'\"":
            at = source.index(here, at + 1)
        elif here == "`":
            at = _closing(source, at + 1)
        depth += {"{": 1, "}": -1}.get(here, 0)
        at += 1
    return at


def _closing(source: str, at: int) -> int:
    """Where the template that begins there is closed."""
    while source[at] != "`":
        if source.startswith("${", at):
            at = _behind(source, at + 2)
        else:
            at += 2 if source[at] == "\\" else 1
    return at


def spoken(template: str) -> Iterator[str]:
    """What a person would read or hear of a template as it stands."""
    bare = re.sub(r"<!--.*?-->", "", template, flags=re.DOTALL)
    yield from re.findall(rf'\b(?:{"|".join(_SPOKEN)})="([^"]*)"', bare)
    yield from re.sub(r"<[^<>]*>", "\n", bare).split("\n")


def test_nothing_is_said_in_one_language_only():
    found = [
        (path.relative_to(SOURCES).as_posix(), text.strip())
        for path in sorted(SOURCES.rglob("*.ts"))
        if "generated" not in path.parts
        for template in templates(path.read_text("utf-8"))
        for text in spoken(template)
        if _WORD.search(text) and text.strip() not in SAME_EVERYWHERE
    ]
    assert found == []


def test_what_is_untranslated_is_found():
    source = 'html`<p class="big" title="Told">${one ? html`<b>Inner</b>` : "no"} Outer</p>`'
    said = {text.strip() for one in templates(source) for text in spoken(one)}
    assert said - {""} == {"Told", "Inner", "Outer"}
