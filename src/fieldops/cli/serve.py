"""``fieldops serve`` (the supervisor), ``worker``, and the web process that ``serve`` starts."""

import contextlib
import fcntl
import http.client
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import rich_click as click
import structlog
from click.exceptions import Exit

from fieldops import logs
from fieldops.cli import supervise
from fieldops.cli.firstlink import show_first_link
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, pass_shell, show_problem
from fieldops.cli.supervise import AWAY, GIVE_UP, Program
from fieldops.cli.tie import tie
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError, slug_of
from fieldops.store.writer import StoreBusy

_logger = structlog.get_logger(__name__)

LOCK_FILE = "serve.lock"
"""Locked in the data folder while a server runs; it holds the server's URL."""
_USE_FILE = "use.lock"
"""Locked in the data folder by each server and worker process, whoever started it."""
_AWAY = frozenset({"database-busy", "database-down"})
_READY_TIMEOUT_S = 2.0
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}

parent_option = click.option("--parent", type=int, hidden=True)


@click.command()
@click.option("--host", help=tr("监听地址", "The address to listen on"))
@click.option("--port", type=click.IntRange(0, 65_535), help=tr("端口，0 为任意", "0 takes any"))
@click.option("--parent", type=int, hidden=True)
@pass_shell
def serve(shell: Shell, host: str | None, port: int | None, parent: int | None) -> None:
    if parent is not None:
        tie(parent)
    settings = shell.settings
    logs.configure(settings.log_level)
    wanted = (host or settings.host, settings.port if port is None else port)
    with _only_server(settings.data_dir) as lock, _held_port(*wanted) as bound:
        url = _url(wanted[0], bound)
        lock.write_text(settings.public_url or url)
        code = supervise.supervise(
            _program(shell, "web", wanted[0], bound),
            [_program(shell, "worker", wanted[0], bound)],
            lambda: _answers(url),
            lambda: _announce(shell, settings.public_url or url),
        )
    if code:
        raise Exit(1)


serve.help = tr(
    "运行服务器和工作进程，直到 Ctrl-C 或 SIGTERM；进程意外结束时自动重启。",
    "Run the server and its worker until Ctrl-C or SIGTERM; whoever dies is restarted.",
)


@click.command()
@parent_option
@pass_shell
def web(shell: Shell, parent: int | None) -> None:
    _become(shell, parent)
    from fieldops.web import serve as server

    if parent is None:
        with _held_port(shell.settings.host, shell.settings.port):
            pass  # It is free: what the server itself would say of one that is not tells nothing.
    with _giving_up(shell), _using(shell.settings.data_dir):
        if parent is None:
            settings = shell.settings
            show_first_link(shell, settings.public_url or _url(settings.host, settings.port))
            sys.stdout.flush()
        server.run(shell.settings)


web.help = tr(
    "只运行服务器进程，由容器平台重启；工作进程另用 `fieldops worker`。",
    "Run a server only, where something else restarts it, beside `fieldops worker`.",
)


@click.command()
@parent_option
@pass_shell
def worker(shell: Shell, parent: int | None) -> None:
    _become(shell, parent)
    # Plugins' interface and database, only where they are used: --help answers at once.
    from fieldops import builtin
    from fieldops.cli.chores import chores
    from fieldops.flow.worker import run_worker
    from fieldops.plugin import host

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    if parent is None:
        signal.signal(signal.SIGINT, lambda _number, _frame: stop.set())
    with _giving_up(shell), _using(shell.settings.data_dir):
        with shell.store():
            pass  # It is there, and of this version.
        loaded = host.host("builtin", builtin)
        assert isinstance(loaded, host.Host), loaded
        run_worker(shell.settings, [loaded], stop, chores(shell.settings))


worker.help = tr(
    "只运行工作进程：插件和定时任务。通常由 `fieldops serve` 启动。",
    "Run a worker only: plugins and chores.  `fieldops serve` starts one by itself.",
)


def _become(shell: Shell, parent: int | None) -> None:
    if parent is not None:
        tie(parent)
        # Ctrl-C is for the supervisor, which then asks everybody in order.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    logs.configure(shell.settings.log_level)


@contextlib.contextmanager
def _giving_up(shell: Shell) -> Iterator[None]:
    """A problem that a restart cannot mend ends the supervisor too."""
    try:
        yield
    except ProblemError as error:
        show_problem(shell, error.problem)
        raise Exit(AWAY if slug_of(error.problem) in _AWAY else GIVE_UP) from error


def _program(shell: Shell, name: str, host: str, port: int) -> Program:
    command = [sys.executable, "-m", "fieldops", "--lang", shell.language]
    if shell.config is not None:
        command += ["--config", str(shell.config)]
    if shell.data_dir is not None:
        command += ["--data-dir", str(shell.data_dir)]
    command += [name, "--parent", str(os.getpid())]
    return Program(name, command, {"FIELDOPS_HOST": host, "FIELDOPS_PORT": str(port)})


@contextlib.contextmanager
def _only_server(data_dir: Path) -> Iterator[Path]:
    """Be the one server on a data folder.  Raises ``ProblemError`` server-running."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / LOCK_FILE
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            detail = f"{data_dir}: {path.read_text()}"
            raise ProblemError(operation("server-running", detail)) from error
        yield path
        path.write_text("")


@contextlib.contextmanager
def _using(data_dir: Path) -> Iterator[None]:
    """Be one of several processes on a data folder."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / _USE_FILE).open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield


def is_used(data_dir: Path) -> bool:
    """Whether any process of a server runs on a data folder now: `serve`, `web` or `worker`."""
    if is_served(data_dir):
        return True
    path = data_dir / _USE_FILE
    if not path.exists():
        return False
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def is_served(data_dir: Path) -> bool:
    """Whether a server runs on a data folder now."""
    if not data_dir.is_dir():
        return False
    try:
        with _only_server(data_dir):
            return False
    except ProblemError:
        return True


def running_url(data_dir: Path) -> str:
    """The URL of the server that runs on a data folder; empty if none does."""
    path = data_dir / LOCK_FILE
    return path.read_text() if is_served(data_dir) else ""


@contextlib.contextmanager
def _held_port(host: str, port: int) -> Iterator[int]:
    """Hold a port with a bound socket that never listens; the web process shares it.

    Raises ``ProblemError`` address-in-use.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe, socket.socket(family) as held:
        try:
            # Without SO_REUSEPORT, so that a port which somebody else shares is not taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            number: int = probe.getsockname()[1]
            probe.close()
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            held.bind((host, number))
        except OSError as error:
            detail = f"{host}:{port}: {error.strerror}"
            raise ProblemError(operation("address-in-use", detail)) from error
        yield number


def _url(host: str, port: int) -> str:
    name = _ANY.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _answers(url: str) -> bool:
    """Asked straight, past any proxy of the environment."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=_READY_TIMEOUT_S)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _announce(shell: Shell, url: str) -> None:
    """The line on standard output that people and programs wait for, and the first link."""
    click.echo(shell.text(f"fieldops 正在服务：{url}", f"fieldops is serving on {url}"))
    try:
        show_first_link(shell, url)
    except (ProblemError, StoreBusy) as error:
        # It serves, and goes on as soon as its database does.
        _logger.warning("no link for a first administrator now", why=str(error.__cause__ or error))
    sys.stdout.flush()
