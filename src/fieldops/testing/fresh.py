"""A plugin taken in anew: from a module, by its name, or from the folder of a package.

A package need not be installed: ``installed`` makes it importable, with its entry point, for this
process and for those that it starts, as ``pip install -e`` does for good.
"""

import importlib
import os
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from fieldops.model.plugin import PluginFault, Raw
from fieldops.plugin.entry import GROUP
from fieldops.plugin.host import Host, host


class PluginRefused(AssertionError):
    """The plugin does not load, or one of its hooks failed; the text says how."""


def fresh_host(plugin: str | ModuleType, settings: Raw | None = None) -> Host:
    """Take in a module (or the module of a name) as a plugin of its own, seen by no other.

    Raises ``PluginRefused`` with every fault.
    """
    module = importlib.import_module(plugin) if isinstance(plugin, str) else plugin
    loaded = host(_name_of(module), module, settings)
    if not isinstance(loaded, Host):
        raise PluginRefused(told(*loaded))
    return loaded


def told(*faults: PluginFault) -> str:
    """Faults as one line for a person who writes a plugin."""
    return "; ".join(f"{f.hook}: {f.code} {f.detail}".removeprefix(": ").strip() for f in faults)


def _name_of(module: ModuleType) -> str:
    """The name that the module declares; what keeps it from declaring one is told by the host."""
    try:
        return str(module.declare_plugin().name)
    except Exception:  # noqa: BLE001  # The host calls it again, in its guard.
        return module.__name__


@contextmanager
def installed(folder: Path) -> Iterator[str]:
    """Make the package of a folder importable, with its entry point; gives its module's name.

    The folder holds ``pyproject.toml`` and ``src``.  Raises ``PluginRefused`` for one that names no
    plugin.
    """
    project = _project(folder)
    module = next(iter(project["entry-points"][GROUP].values()))
    before = os.environ.get("PYTHONPATH")
    with tempfile.TemporaryDirectory(prefix="fieldops-plugin-") as notes:
        _announce(Path(notes), project)
        paths = [notes, str(folder / "src")]
        sys.path[:0] = paths
        os.environ["PYTHONPATH"] = os.pathsep.join([*paths, *filter(None, [before])])
        importlib.invalidate_caches()
        try:
            yield str(module)
        finally:
            _forget(module, paths, before)


def _project(folder: Path) -> dict[str, Any]:
    file = folder / "pyproject.toml"
    if not file.is_file():
        raise PluginRefused(f"{file} is not there: a plugin is a package")
    project: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {})
    if not project.get("entry-points", {}).get(GROUP):
        raise PluginRefused(f'{file} has no [project.entry-points."{GROUP}"]')
    return project


def _announce(notes: Path, project: dict[str, Any]) -> None:
    """What an installer leaves behind: name, version and entry points (PyPA core metadata 2.1)."""
    name, version = project["name"], project.get("version", "0")
    info = notes / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (info / "METADATA").write_text(head, encoding="utf-8")
    points = "\n".join(f"{k} = {v}" for k, v in project["entry-points"][GROUP].items())
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{points}\n", encoding="utf-8")


def _forget(module: str, paths: list[str], before: str | None) -> None:
    """Leave nothing behind: another package of the same name may be tried next."""
    for path in paths:
        sys.path.remove(path)
    for name in [n for n in sys.modules if n == module or n.startswith(f"{module}.")]:
        del sys.modules[name]
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before
    importlib.invalidate_caches()
