"""The demo's home and its server: a folder with settings of its own, and a real ``fieldops serve``.

The server is the one that everybody runs, as a process beside this one, with its worker.  Its
settings stand in ``fieldops.toml`` of the folder, so that every other command can be tried on it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import rich_click as click

from fieldops.cli.demo_company import Company, Roster, create_company, open_company
from fieldops.cli.language import Language, tr
from fieldops.flow import auditkey
from fieldops.settings import Settings, load_settings
from fieldops.store import schema
from fieldops.store.engine import open_store

STOP_S = 20
"""Longer than the supervisor gives its own children."""
_HEAD = "# The settings of the demo"
_TOML = """{head}; `fieldops --config {path} ...` works on it.
organisation = "安和物业 Anhe Property Services"
data_dir = {data_dir}
timezone = "Asia/Shanghai"
log_level = "warning"

[worker]
poll_ms = 100
"""


class DemoFailed(click.ClickException):
    """The demo could not be played to its end."""


class Home:
    """The folder of one demo: ``fieldops.toml``, data, the camera's and the tablets' folders."""

    def __init__(self, folder: Path) -> None:
        """Make or reuse a folder; raises ``DemoFailed`` if it is that of another server."""
        self.folder = folder.absolute()
        self.config = self.folder / "fieldops.toml"
        self.roster = self.folder / "demo-people.json"
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.config.exists() and not self.config.read_bytes().startswith(_HEAD.encode()):
            raise DemoFailed(
                tr(
                    f"{self.config} 不是演示的文件夹：请另选一个",
                    f"{self.config} is not the demo's: name another folder",
                )
            )
        data_dir = msgspec.json.encode(str(self.folder / "data")).decode()
        text = _TOML.format(head=_HEAD, path=self.config, data_dir=data_dir)
        self.config.write_text(text, encoding="utf-8")

    @property
    def settings(self) -> Settings:
        """The settings of the demo, whatever the environment says about other servers."""
        data_dir = self.folder / "data"
        return load_settings(
            self.config,
            data_dir=data_dir,
            spool_dir=data_dir / "spool",
            database_url=f"sqlite:///{data_dir / 'fieldops.db'}",
            blobs={"kind": "disk"},
        )

    def company(self, now_ms: int) -> tuple[Company, bool]:
        """The company in this folder, made if there is none; True if it was made now.

        A later run gets new enrolment codes: its tablets are new ones.
        """
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        known = msgspec.json.decode(self.roster.read_bytes(), type=Roster) if self._known else None
        store = open_store(self.settings.database_url)
        try:
            schema.prepare(store)
            auditkey.equip(store, self.settings)
            if known is not None:
                return store.write(lambda s: open_company(s, known, now_ms)).result(), False
            company = store.write(lambda session: create_company(session, now_ms)).result()
        finally:
            store.close()
        self.roster.touch(mode=0o600)
        self.roster.write_bytes(msgspec.json.encode(company.roster))
        return company, True

    @property
    def _known(self) -> bool:
        return self.roster.exists()


@contextmanager
def serving(home: Home, port: int, language: Language) -> Iterator[str]:
    """Run ``fieldops serve`` on the demo's folder; yields its URL and stops it at the end.

    Raises ``DemoFailed`` when it does not start; its log says why.
    """
    log = home.folder / "server.log"
    with log.open("ab") as errors:
        process = subprocess.Popen(
            _command(home, port, language),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={name: text for name, text in os.environ.items() if _is_foreign(name)},
            start_new_session=True,
        )
    try:
        yield _url(process, log)
    finally:
        _stop(process)


def _command(home: Home, port: int, language: Language) -> list[str]:
    options = ["--lang", language, "--config", str(home.config)]
    serve = ["serve", "--host", "127.0.0.1", "--port", str(port), "--parent", str(os.getpid())]
    return [sys.executable, "-m", "fieldops", *options, *serve]


def _is_foreign(name: str) -> bool:
    """Settings in the environment are meant for another server."""
    return not name.startswith("FIELDOPS_") or name == "FIELDOPS_DEBUG"


def _url(process: "subprocess.Popen[bytes]", log: Path) -> str:
    """The server says one line when everybody runs; it ends with the URL."""
    assert process.stdout is not None
    for line in process.stdout:
        url = line.decode("utf-8", "replace").split("http://")[-1].strip()
        if line.count(b"http://") == 1:
            return f"http://{url}"
    tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
    # The log itself may be gone in a moment: ``--once`` leaves nothing behind.
    what = tr("服务器没有启动，日志的最后几行：", "the server did not start; the end of its log:")
    raise DemoFailed("\n  ".join([what, *tail]))


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
