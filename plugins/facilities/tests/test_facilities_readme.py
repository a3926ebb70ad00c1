"""The README of the domain names every rule by which it raises something, in both languages."""

import re
from pathlib import Path

import pytest

from fieldops_facilities import rules

HOME = Path(__file__).resolve().parents[1]
_NAME = re.compile('["(]([a-z]+(?:-[a-z]+)+)[".]')
_OTHERS = {"bank-card", "identity-number"}
"""Kinds of personal information, which look like rules."""


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_rule_is_named(readme: str) -> None:
    text = (HOME / readme).read_text(encoding="utf-8")
    files = [
        *Path(rules.__file__).parent.glob("rules_*.py"),
        Path(rules.__file__).parent / "photos.py",
    ]
    found = {name for file in files for name in _NAME.findall(file.read_text(encoding="utf-8"))}
    assert len(found) > 20
    assert sorted(name for name in found - _OTHERS if name not in text) == []
