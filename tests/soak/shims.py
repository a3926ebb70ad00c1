"""Shims in C that stand between a process and its disk, compiled as they are needed."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]
CUT = 86
"""The exit status that ``powerloss.c`` ends a process with."""
_PATIENCE_S = 120


def compile_shim(name: str, folder: Path) -> Path:
    """``<name>.c`` of this folder as a library to be preloaded."""
    built = folder / f"{name}.so"
    source = Path(__file__).with_name(f"{name}.c")
    options = ["-shared", "-fPIC", "-O2", "-o", str(built), str(source), "-ldl", "-lpthread"]
    subprocess.run([*_compiler(), *options], check=True)
    return built


def environment(**more: str) -> dict[str, str]:
    """What a process of ours needs to run; what is killed cannot be counted by coverage."""
    left = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
    return left | {"PYTHONPATH": str(ROOT)} | more


def cut(shim: Path, folder: Path, calls: int, module: str, orders: bytes, *words: str) -> list[str]:
    """Run a module until the power goes at a certain call in ``folder``; the lines it said."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=ROOT,
        env=environment(
            LD_PRELOAD=str(shim), POWERLOSS_FOLDER=str(folder), POWERLOSS_AFTER=str(calls)
        ),
        input=orders + b"\n",
        capture_output=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    assert done.returncode == CUT, f"{done.returncode}: {done.stderr.decode()[-2000:]}"
    # A line that is not whole was never read by anybody.
    return done.stdout.decode().split("\n")[:-1]


def _compiler() -> list[str]:
    for name in ("cc", "gcc", "clang"):
        if path := shutil.which(name):
            return [path]
    if find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "cc"]
    raise RuntimeError("the shims need a C compiler: install gcc, or ziglang from PyPI")
