"""Plugins that a test writes and installs in a folder: with an entry point, like real ones."""

import os
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest

HEAD = """
from fieldops import *
from fieldops import hookimpl

@hookimpl
def declare_plugin():
    return Plugin(name="NAME", version="1.0", api=API, domain="DOMAIN")
"""


class Packages:
    """Installs plugins for this process and for those that it starts."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        folder.mkdir()
        monkeypatch.syspath_prepend(str(folder))
        path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
        monkeypatch.setenv("PYTHONPATH", path)

    def install(
        self,
        name: str,
        code: str,
        domain: str = "cleaning",
        head: str = HEAD,
        requires: Sequence[str] = (),
    ) -> str:
        """Install a plugin whose module is a usual head and ``code``; returns its name."""
        module = f"bad_{name.replace('-', '_')}_{self.folder.parent.name.replace('-', '_')}"
        text = head.replace("NAME", name).replace("DOMAIN", domain) + textwrap.dedent(code)
        (self.folder / f"{module}.py").write_text(text)
        self._announce(name, module, requires)
        return name

    def install_domain(self, name: str, code: str, **checklists: str) -> str:
        """Install the package ``fieldops_<name>`` with its checklists; returns the domain's name.

        Choose a name that no other test has: an imported package stays.
        """
        module = f"fieldops_{name.replace('-', '_')}"
        folder = self.folder / module / "checklists"
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").write_text(textwrap.dedent(code))
        for stem, text in checklists.items():
            (folder / f"{stem}.toml").write_text(text)
        self._announce(name, module)
        return name

    def _announce(self, name: str, module: str, requires: Sequence[str] = ()) -> None:
        info = self.folder / f"{module}-1.0.dist-info"
        info.mkdir(exist_ok=True)
        told = ["Metadata-Version: 2.1", f"Name: {module}", "Version: 1.0"]
        told += [f"Requires-Dist: {line}" for line in requires]
        (info / "METADATA").write_text("\n".join(told) + "\n")
        (info / "entry_points.txt").write_text(f"[fieldops.plugins]\n{name} = {module}\n")

    def rewrite(self, name: str, code: str, domain: str = "cleaning", version: str = "1.0") -> None:
        """Install another text, and version, of a plugin."""
        self.install(name, code, domain, HEAD.replace('"1.0"', f'"{version}"'))
