"""Whether a plugin's package imports anything of fieldops but its public door."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType


def undue_imports(plugin: str | ModuleType) -> Iterator[str]:
    """A line for each import that a new version of fieldops may break."""
    module = import_module(plugin) if isinstance(plugin, str) else plugin
    place = getattr(module, "__file__", None)
    if place is None:
        return
    file = Path(place)
    files = sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]
    for each in files:
        for node in ast.walk(ast.parse(each.read_text(encoding="utf-8"))):
            line = getattr(node, "lineno", 0)
            yield from (f"{each.name}:{line}: {one}" for one in _undue(node))


def _undue(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names if alias.name.startswith("fieldops.")]
        yield from (f"import {name}: import from fieldops itself" for name in names)
    if isinstance(node, ast.ImportFrom) and not node.level:
        module = node.module or ""
        if module.startswith("fieldops."):
            yield f"from {module}: import from fieldops itself"
        if module == "fieldops":
            known = {*import_module(module).__all__, "*"}
            names = [one.name for one in node.names if one.name not in known]
            yield from (f"from fieldops import {name}: there is no such name" for name in names)
