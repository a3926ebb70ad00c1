"""Where things stand in a TOML document."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldops.rules.positions import find_positions, position_of

TEXT = '''# a comment with [brackets] = "x"
key = "a" # another
titles = { zh-CN = "x", "en" = 'y' }
a.b."c \\" d" = [1, { q = 2 }, # in between
  "z", [ ], ]
[[sections]]
key = "s"
x = """
[[no]]
a = "\\"" \\"""""
y = \'\'\'
it's # no comment\'\'\'
[[sections.items]]
k = 1979-05-27 07:32:00
[sections.items.answer]
t = true
[ "other" . table ]
[[sections]]
[[sections.items]]
[[sections.items]]
k = -1.5'''

PLACES = {
    ("key",): (2, 1),
    ("titles", "zh-CN"): (3, 12),
    ("titles", "en"): (3, 25),
    ("a", "b", 'c " d'): (4, 1),
    ("a", "b", 'c " d', 0): (4, 17),
    ("a", "b", 'c " d', 1, "q"): (4, 22),
    ("a", "b", 'c " d', 2): (5, 3),
    ("a", "b", 'c " d', 3): (5, 8),
    ("sections", 0): (6, 1),
    ("sections", 0, "x"): (8, 1),
    ("sections", 0, "y"): (11, 1),
    ("sections", 0, "items", 0): (13, 1),
    ("sections", 0, "items", 0, "k"): (14, 1),
    ("sections", 0, "items", 0, "answer", "t"): (16, 1),
    ("other", "table"): (17, 1),
    ("sections", 1, "items", 1, "k"): (21, 1),
}


def every_path(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every leaf of a document."""
    if isinstance(value, dict):
        return [p for name, each in value.items() for p in every_path(each, (*path, name))]
    if isinstance(value, list):
        return [p for n, each in enumerate(value) for p in every_path(each, (*path, n))]
    return [path]


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("\n", "\r\n")], ids=["lf", "crlf"])
def test_everything_in_a_document_has_its_line_and_column(text: str) -> None:
    positions = find_positions(text)
    assert {path: positions.get(path) for path in PLACES} == PLACES
    assert [path for path in every_path(tomllib.loads(text)) if path not in positions] == []


def test_what_is_not_there_stands_at_the_nearest_thing_around_it() -> None:
    positions = find_positions(TEXT)
    assert position_of(positions, ("sections", 0, "items", 0, "titles", "en")) == (13, 1)
    assert position_of(positions, ("ghost",)) == (1, 1)


KEYS = st.text(st.sampled_from('ab-_."\\ =[]#\n中'), min_size=1, max_size=5)
LEAVES = st.one_of(
    st.integers(), st.booleans(), st.text(st.sampled_from("ab'\"\\]}#,=\n中"), max_size=8)
)


def quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{quote(k)} = {inline(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[\n" + ",\n".join(inline(each) for each in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return quote(value) if isinstance(value, str) else str(value)


@given(
    st.dictionaries(
        KEYS,
        st.recursive(
            LEAVES,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
            max_leaves=12,
        ),
        max_size=5,
    )
)
def test_every_leaf_of_any_document_is_found_where_it_stands(document: dict[str, Any]) -> None:
    text = "\n".join(f"{quote(key)} = {inline(value)}" for key, value in document.items())
    assert tomllib.loads(text) == document
    positions = find_positions(text)
    lines = text.split("\n")
    for path in every_path(document):
        line, column = positions[path]
        name = path[-1]
        if isinstance(name, str):
            assert lines[line - 1][column - 1 :].startswith(quote(name))
