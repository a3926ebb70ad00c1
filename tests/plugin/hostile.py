"""Twelve plugins that mean harm or were written badly, and what has to become of each."""

from dataclasses import dataclass
from pathlib import Path

from tests.plugin.packages import HEAD, Packages

_FIND = "@hookimpl\ndef raise_findings(inspection):\n"
_OLD = HEAD.replace("api=API", "api=0")
GOOD = _FIND + (
    "    for result in inspection.failed:\n"
    "        yield FindingDraft(rule='seen', item=result.item, titles=result.titles)\n"
)
NO_OP = _FIND + "    return []\n"


@dataclass(frozen=True)
class Hostile:
    """``code`` stands below a usual head; a plugin that loads is parked, another is off."""

    name: str
    code: str
    fault: str
    loads: bool = True
    head: str = HEAD
    detail: str = ""


HOSTILE = [
    Hostile("import-error", "import nothing_of_this_name", "import-failed", loads=False),
    Hostile("typo", "@hookimpl\ndef raise_finding(inspection): ...", "unknown-hook", loads=False),
    Hostile("bad-argument", "@hookimpl\ndef raise_findings(walk): ...", "extra-argument", False),
    Hostile("old-api", NO_OP, "api-differs", loads=False, head=_OLD),
    Hostile("raises", _FIND + "    return 1 / 0", "raised", detail="ZeroDivisionError"),
    Hostile("exits", _FIND + "    import sys; sys.exit(0)", "raised", detail="SystemExit"),
    Hostile("exits-hard", _FIND + "    import os; os._exit(3)", "crashed", detail="exit code 3"),
    Hostile("loops", _FIND + "    while True: pass", "timeout"),
    Hostile("eats", _FIND + "    return bytearray(4 * 1024**3)", "out-of-memory"),
    Hostile("lies", _FIND + "    return 'findings'", "wrong-result"),
    Hostile("slow", _FIND + "    import time; time.sleep(3600)", "timeout"),
]

_WRITES = """
    import ctypes, os, signal, socket, subprocess, sys
    def database():
        made = sqlcipher3.connect(FILE, timeout=1)
        made.execute("INSERT INTO meta (key, value) VALUES ('evil', '1')")
        made.commit()
    def postgres():
        with psycopg.connect(URL) as made:
            made.execute("INSERT INTO meta (key, value) VALUES ('evil', '1')")
    attempts = [
        lambda: open(FILE, "r+b").write(b"evil"),
        lambda: open(DOOR).read(),
        lambda: open(f"/proc/{os.getppid()}/environ").read(),
        lambda: open(f"/proc/{os.getppid()}/mem", "r+b"),
        lambda: os.unlink(FILE),
        lambda: os.chmod(FILE, 0),
        lambda: os.truncate(FILE, 0),
        lambda: socket.create_connection(ADDRESS, 2),
        lambda: socket.socket(socket.AF_UNIX),
        lambda: os.kill(os.getppid(), signal.SIGTERM),
        lambda: subprocess.run([sys.executable, "-c", "pass"]),
        os.fork,
        database,
        postgres,
    ]
    for number, attempt in enumerate(attempts):
        try:
            attempt()
        except Exception:
            continue
        raise RuntimeError(f"attempt {number} was allowed")
    raise PermissionError
"""


def writes(url: str, data_dir: Path, port: int) -> Hostile:
    """The one that tries every way into our tables: its own fault says that none led there."""
    file = url.removeprefix("sqlite:///") if "sqlite" in url else str(data_dir / "fieldops.toml")
    door = str(data_dir / "handin.json")
    given = "import psycopg, sqlcipher3\n"
    given += f"FILE, DOOR, URL, ADDRESS = {file!r}, {door!r}, {url!r}, ('127.0.0.1', {port})\n"
    return Hostile("writes", given + _FIND + _WRITES, "raised", detail="PermissionError")


def install(packages: Packages, one: Hostile) -> str:
    """Install it; its name."""
    return packages.install(one.name, one.code, head=one.head)
