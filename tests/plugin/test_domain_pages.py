"""The pages of domains name every rule, checklist and register that they bring."""

import re
from pathlib import Path

import pytest

from fieldops.testing import Kit

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
_RULE = re.compile(r'rule=(?:f?"([a-z.-]+)")(?: if \w+ else "([a-z-]+)")?')
PAGES = sorted(PLUGINS.glob("*/README*.md"))
OF_REGISTERS = [page for page in PAGES if page.parent.name in ("cleaning", "security")]


def named(page: Path) -> str:
    return f"{page.parent.name}-{page.stem}"


def rules_of(domain: str) -> set[str]:
    """The rules in a domain's sources; those of photos as they stand on record."""
    found = set()
    for file in (PLUGINS / domain).glob("src/**/*.py"):
        opens = "photo." if file.stem == "photos" else ""
        for names in _RULE.findall(file.read_text(encoding="utf-8")):
            found |= {opens + name for name in names if name}
    return found


def unnamed(page: Path, names: set[str]) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return sorted(name for name in names if f"`{name}`" not in text)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_page_names_every_rule_of_its_domain(page: Path) -> None:
    rules = rules_of(page.parent.name)
    assert len(rules) > 5
    assert unnamed(page, rules) == []


@pytest.mark.parametrize("page", OF_REGISTERS, ids=named)
def test_page_names_checklists_and_columns(page: Path) -> None:
    kit = Kit(f"fieldops_{page.parent.name}")
    registers = kit.host.card.registers
    names = {one.key for one in kit.checklists()} | {spec.name for spec in registers}
    names |= {column.name for spec in registers for column in spec.columns}
    assert unnamed(page, names) == []
