"""The pages of domains name every rule, checklist and register that they bring."""

import re
from pathlib import Path

import pytest

from fieldops.testing import Kit

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
_RULE = re.compile(r'rule=(?:f?"([a-z.-]+)")(?: if \w+ else "([a-z-]+)")?')
PAGES = [
    PLUGINS / domain / name
    for domain in ("cleaning", "security")
    for name in ("README.md", "README.zh-CN.md")
]


def rules_of(domain: str) -> set[str]:
    """The rules in a domain's sources; those of photos as they stand on record."""
    found = set()
    for file in (PLUGINS / domain).glob("src/**/*.py"):
        opens = "photo." if file.stem == "photos" else ""
        for names in _RULE.findall(file.read_text(encoding="utf-8")):
            found |= {opens + name for name in names if name}
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}-{page.stem}")
def test_page_names_what_its_domain_brings(page: Path) -> None:
    domain = page.parent.name
    kit = Kit(f"fieldops_{domain}")
    text = page.read_text(encoding="utf-8")
    names = rules_of(domain)
    assert len(names) > 5
    names |= {one.key for one in kit.checklists()}
    names |= {spec.name for spec in kit.host.card.registers}
    names |= {column.name for spec in kit.host.card.registers for column in spec.columns}
    assert sorted(name for name in names if f"`{name}`" not in text) == []
