"""Calling ``fieldops`` in process, and as a process."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
from click.testing import CliRunner, Result

from fieldops.cli.root import cli
from fieldops.model.operation import OPERATIONS


class Line:
    """The command line on one data folder and database; ``result`` is the last command's."""

    def __init__(self, data_dir: Path, database_url: str = "", **environment: str) -> None:
        self.data_dir = data_dir
        self.environment = {"FIELDOPS_DATA_DIR": str(data_dir), "LANG": "en_GB.UTF-8"}
        self.environment |= environment
        if database_url:
            self.environment["FIELDOPS_DATABASE_URL"] = database_url
        self.result: Result

    def without_plugins(self) -> "Line":
        """The same line where no plugin may load: the doctor starts each of them."""
        self.environment["FIELDOPS_PLUGINS"] = "[]"
        return self

    def run(self, *arguments: object, typed: str = "", lang: str = "en") -> Result:
        """Run a command; ``typed`` is what a person types."""
        words = ["--lang", lang, *map(str, arguments)]
        self.result = CliRunner().invoke(cli, words, input=typed, env=self.environment)
        return self.result

    def __call__(self, *arguments: object, typed: str = "", lang: str = "en") -> str:
        """What a command prints that works."""
        done = self.run(*arguments, typed=typed, lang=lang)
        assert done.exit_code == 0, done.output
        return str(done.stdout)

    def json(self, *arguments: object, typed: str = "", code: int = 0) -> Any:
        """The JSON that a command prints."""
        done = self.run(*arguments, "--json", typed=typed)
        assert done.exit_code == code, done.output
        return msgspec.json.decode(done.stdout)

    def problem(self, *arguments: object, typed: str = "") -> str:
        """The slug of the problem that a command ends with; both forms are looked at."""
        found = self.json(*arguments, typed=typed, code=1)
        plain = self.run(*arguments, typed=typed, lang="zh-CN")
        assert plain.exit_code == 1
        assert found["titles"]["zh-CN"] in plain.stderr
        assert "Traceback" not in plain.output
        return str(found["type"]).removeprefix("urn:fieldops:problem:")

    def told(self, slug: str, *arguments: object) -> str:
        """What a command says that ends with the problem ``slug``, and has no JSON form."""
        done = self.run(*arguments)
        assert done.exit_code == 1, done.output
        assert OPERATIONS[slug].en in done.stderr
        assert "Traceback" not in done.output
        return str(done.stderr)

    def wrong_usage(self, *arguments: object) -> str:
        """What a command says to wrong usage."""
        done = self.run(*arguments)
        assert done.exit_code == 2, done.output
        return str(done.stderr)


class Served:
    """``fieldops serve`` as a process."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self.process = process
        self.url = url
        self.port = int(url.rpartition(":")[2])

    def pids(self, name: str) -> set[int]:
        """The ids of the supervisor's running children of this name."""
        found = set()
        for one in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                found |= {one.pid} if name in one.cmdline() else set()
        return found

    def family(self) -> list[psutil.Process]:
        """The supervisor and everything below it."""
        main = psutil.Process(self.process.pid)
        return [main, *main.children(recursive=True)]


@contextlib.contextmanager
def serving(line: Line, *arguments: str) -> Iterator[Served]:
    """Serve on a free port until the end of the block."""
    command = [sys.executable, "-m", "fieldops", "serve", "--port", "0", *arguments]
    with (line.data_dir.parent / "serve.log").open("a") as log:
        process = subprocess.Popen(
            command,
            env=os.environ | line.environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        found = re.search(r"http://\S+", said)
        assert found, (said, (line.data_dir.parent / "serve.log").read_text())
        yield Served(process, found[0])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stdout.close()


def wait_for(is_so: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"not so after {seconds} s: {what}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
