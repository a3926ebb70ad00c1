"""The same photos by tus through the server, by signed PUT into a bucket, and copied raw.

All three in turn in every run, one photo after the other, so that a busy machine slows them alike;
tus and the copy once more with as many at a time as a tablet may send.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

from msgspec import Struct
from tests import servers

from bench import photos
from bench.company import found
from bench.databases import fresh
from bench.meter import forget_peak
from bench.photos import PHOTO_BYTES, Photo, PutSender, TusSender
from bench.plan import Plan
from bench.rows import Aim, Row, Sample, row
from bench.server import Running, serving
from bench.tablet import Tablet

LANES = 3
"""Photos at a time: what one tablet may send (PROTOCOL.md, "Limits")."""
IN_FLIGHT = 64
_LEFT_BYTES = 100_000
"""What an upload in flight still lacks."""
_COPY = "the same photos copied, hashed and fsynced"
_TUS = Aim("MB/s by tus through the server", _COPY, "at least", 0.5)
_ONE = Aim("MB/s by tus, a request a photo", _COPY, "at least", 0.0)
_LANED = Aim(f"MB/s by tus, {LANES} at a time", f"{_COPY}, {LANES} at a time", "at least", 0.0)
_ONE_LANED = Aim(
    f"MB/s by tus, a request a photo, {LANES} at a time",
    f"{_COPY}, {LANES} at a time",
    "at least",
    0.0,
)
_TUS_CPU = Aim("CPU-seconds of the server a GB by tus", "7 CPU-seconds", "at most", 1.0)
_TUS_RSS = Aim(f"MB an upload, {IN_FLIGHT} in flight", "1.5 MB", "at most", 1.0)
_PUT = Aim("MB/s by signed PUT, completed", _COPY, "at least", 0.0)
_PUT_CPU = Aim("CPU-seconds of the server a GB by PUT", "hashing them once", "at most", 3.0)
_RAW = Aim("MB/s copied, hashed and fsynced", "hashed only, a CPU-second", "at least", 0.0)


class _Scene(Struct, frozen=True):
    """A server that keeps photos on disk, one that keeps them in a bucket; a tablet at each."""

    tus: Running
    put: Running
    senders: list[TusSender]
    direct: PutSender
    folder: Path


class _Run(Struct, frozen=True):
    """What one run gave: seconds and CPU-seconds a GB, one photo after the other.

    ``tus_lanes_s``, ``one_lanes_s`` and ``raw_lanes_s`` are those of ``LANES`` at a time.
    """

    tus_s: float
    tus_cpu_s: float
    one_s: float
    put_s: float
    put_cpu_s: float
    raw_s: float
    hash_cpu_s: float
    tus_lanes_s: float
    one_lanes_s: float
    raw_lanes_s: float


def measure_transfer(name: str, plan: Plan, folder: Path) -> list[Row]:
    """Rows ``transfer-…``.  Raises ``NotAsWanted`` where a photo is not stored."""
    stem = name.removesuffix("-tus")
    with _scene(folder) as scene:
        _run(scene, plan.photos)
        runs = [_run(scene, plan.photos) for _ in range(plan.runs)]
        tus_mb, put_mb = scene.tus.rss_mb(), scene.put.rss_mb()
    flights = [_flight(plan, folder / f"flight-{number}") for number in range(plan.runs)]
    lanes = [(r.tus_lanes_s, r.one_lanes_s, r.raw_lanes_s) for r in runs]
    return [
        row(name, _TUS, [Sample(1e3 / r.tus_s, 1e3 / r.raw_s, tus_mb) for r in runs]),
        row(f"{name}-one", _ONE, [Sample(1e3 / r.one_s, 1e3 / r.raw_s, tus_mb) for r in runs]),
        row(f"{name}-lanes", _LANED, [Sample(1e3 / t, 1e3 / raw, tus_mb) for t, _, raw in lanes]),
        row(
            f"{name}-one-lanes",
            _ONE_LANED,
            [Sample(1e3 / one, 1e3 / raw, tus_mb) for _, one, raw in lanes],
        ),
        row(f"{name}-cpu", _TUS_CPU, [Sample(r.tus_cpu_s, 7.0, tus_mb) for r in runs]),
        row(f"{name}-rss", _TUS_RSS, flights),
        row(f"{stem}-put", _PUT, [Sample(1e3 / r.put_s, 1e3 / r.raw_s, put_mb) for r in runs]),
        row(f"{stem}-put-cpu", _PUT_CPU, [Sample(r.put_cpu_s, r.hash_cpu_s, put_mb) for r in runs]),
        row(f"{stem}-raw", _RAW, [Sample(1e3 / r.raw_s, 1e3 / r.hash_cpu_s, 0.0) for r in runs]),
    ]


def _run(scene: _Scene, count: int) -> _Run:
    gb = count * PHOTO_BYTES / 1e9
    with _shot(scene, count) as made:
        raw_s = _copied(scene, made, 1)
        tus_s, tus_cpu_s = _sent(scene, TusSender.send, made, 1)
        put_s, put_cpu_s = _put(scene, made)
        hash_cpu_s = photos.hash_cpu_s(made)
    with _shot(scene, count) as made:
        one_s, _ = _sent(scene, TusSender.send_at_once, made, 1)
    with _shot(scene, count) as made:
        raw_lanes_s = _copied(scene, made, LANES)
        tus_lanes_s, _ = _sent(scene, TusSender.send, made, LANES)
    with _shot(scene, count) as made:
        one_lanes_s, _ = _sent(scene, TusSender.send_at_once, made, LANES)
    alone = (tus_s, tus_cpu_s, one_s, put_s, put_cpu_s, raw_s, hash_cpu_s)
    return _Run(*(figure / gb for figure in (*alone, tus_lanes_s, one_lanes_s, raw_lanes_s)))


@contextmanager
def _shot(scene: _Scene, count: int) -> Iterator[list[Photo]]:
    """Photos that no server has; what the server keeps of them goes as well, so that all write
    alike."""
    made = photos.shoot(scene.folder / uuid4().hex, count)
    yield made
    blobs = {path.name: path for path in scene.folder.parent.glob("tus/data/blobs/*/*")}
    for photo in made:
        photo.path.unlink()
        blobs[photo.sha256].unlink()


def _copied(scene: _Scene, made: list[Photo], lanes: int) -> float:
    """Seconds that copying takes."""
    target = scene.folder / uuid4().hex
    target.mkdir()
    photos.settle()
    raw_s = photos.timed(lanes, lambda _, photo: photos.copy(photo, target), made)
    for photo in made:
        (target / photo.sha256).unlink()
    return raw_s


def _sent(
    scene: _Scene, send: Callable[[TusSender, Photo], None], made: list[Photo], lanes: int
) -> tuple[float, float]:
    """Seconds that sending by tus takes, and CPU-seconds of the server."""
    # A server lets go of a connection that was idle for long; each opens its own again.
    for sender in scene.senders:
        sender.close()
    photos.settle()
    cpu = scene.tus.cpu()
    sent_s = photos.timed(lanes, lambda lane, photo: send(scene.senders[lane], photo), made)
    return sent_s, scene.tus.cpu() - cpu


def _put(scene: _Scene, made: list[Photo]) -> tuple[float, float]:
    """Seconds that sending into the bucket takes, and CPU-seconds of the server."""
    scene.direct.close()
    photos.settle()
    cpu = scene.put.cpu()
    scene.direct.plan(made)
    put_s = photos.timed(1, lambda _, photo: scene.direct.send(photo), made)
    return put_s, scene.put.cpu() - cpu


def _flight(plan: Plan, folder: Path) -> Sample:
    """Hold many uploads open in the midst of their PATCH: how much the server grows, each."""
    folder.mkdir()
    tablets_wanted = (plan.in_flight + 2) // 3 + 1
    with fresh("sqlite", folder) as database, ExitStack() as stack:
        company = found(database.url, tablets_wanted)
        server = stack.enter_context(serving(database, folder))
        first, *tablets = [Tablet(server.port, company, code) for code in company.codes]
        warm = TusSender(server.port, first)
        made = photos.shoot(folder / "photos", 3)
        for photo in made:
            warm.send(photo)
        before_mb = forget_peak(server.pid)
        senders = list(photos.lasting(tablets, server.port, plan.in_flight))
        for sender in (*senders, warm):
            stack.callback(sender.close)
        for tablet in (first, *tablets):
            stack.callback(tablet.close)
        # The same bytes for all: nothing is stored twice, but each has its own place in the spool.
        finishes = [sender.hold(made[0], _LEFT_BYTES) for sender in senders]
        for finish in finishes:
            finish()
        peak_mb = server.rss_mb()
    return Sample((peak_mb - before_mb) / plan.in_flight, 1.5, peak_mb)


@contextmanager
def _scene(folder: Path) -> Iterator[_Scene]:
    with ExitStack() as stack:
        tus, senders = _by_tus(stack, folder / "tus")
        put, direct = _by_put(stack, folder / "put")
        yield _Scene(tus, put, senders, direct, folder / "photos")


def _by_tus(stack: ExitStack, folder: Path) -> tuple[Running, list[TusSender]]:
    server, tablets = _served(stack, folder, {})
    senders = [TusSender(server.port, tablets[0]) for _ in range(LANES)]
    for sender in senders:
        stack.callback(sender.close)
    return server, senders


def _by_put(stack: ExitStack, folder: Path) -> tuple[Running, PutSender]:
    note, bucket = servers.s3(), f"bench-{uuid4().hex[:8]}"
    servers.s3_client(note).make_bucket(bucket)
    given = {
        "KIND": "s3",
        "ENDPOINT": note["endpoint"],
        "BUCKET": bucket,
        "ACCESS_KEY": note["access_key"],
        "SECRET_KEY": note["secret_key"],
        "SECURE": "false",
        "DIRECT": "true",
    }
    settings = {f"FIELDOPS_BLOBS__{key}": text for key, text in given.items()}
    server, tablets = _served(stack, folder, settings)
    return server, PutSender(tablets[0])


def _served(
    stack: ExitStack, folder: Path, settings: dict[str, str]
) -> tuple[Running, list[Tablet]]:
    folder.mkdir()
    database = stack.enter_context(fresh("sqlite", folder))
    company = found(database.url, LANES)
    server = stack.enter_context(serving(database, folder, **settings))
    tablets = [Tablet(server.port, company, code) for code in company.codes]
    for tablet in tablets:
        stack.callback(tablet.close)
    return server, tablets
