"""Syncing a demo tablet over its bad link, and killing it on the way."""

from collections.abc import Callable
from random import Random

from msgspec import Struct

from fieldops.cli.demo_link import BAD_CHUNKS, BAD_PUSHES, USUAL, Odometer
from fieldops.cli.demo_server import DemoFailed
from fieldops.cli.demo_stage import SyncBars
from fieldops.cli.demo_tablet import Orders, Told, running
from fieldops.cli.language import tr
from fieldops_sync import Outbox

KILL_FROM, KILL_AT_LATEST = 0.4, 0.6
"""Shares of the photos' bytes: from the first on, the app is killed within a photo; at the second
anyhow, should all photos be too small for that."""
LIVES_MAX = 4


class Cargo(Struct, frozen=True):
    """What an outbox has to send: ops without a receipt, and the sizes of its photos."""

    ops: int
    photos: dict[str, int]

    @property
    def photo_bytes(self) -> int:
        """All photos together."""
        return sum(self.photos.values())


class Ride(Struct, frozen=True):
    """How it went: ``killed_at_bytes`` of photos confirmed when the app was killed, or None.

    ``broke_off`` syncs ended before everything had arrived, ``pauses`` were made between attempts.
    """

    cargo: Cargo
    odometer: Odometer
    killed_at_bytes: int | None
    lives: int
    broke_off: int
    pauses: int


class _Watch:
    """Follows what the app tells, over all its lives."""

    def __init__(self, cargo: Cargo, bars: SyncBars) -> None:
        self._cargo, self._bars = cargo, bars
        self._confirmed: dict[str, int] = {}
        self.odometer = Odometer()
        self.broke_off = self.pauses = 0

    @property
    def confirmed_bytes(self) -> int:
        return sum(self._confirmed.values())

    def see(self, told: Told) -> bool:
        """Take note of an event; True where killing the app hurts most."""
        members = told.members
        self.odometer = told.odometer
        if told.name == "OpsSettled":
            self._bars.settle(members["done"])
        self.broke_off += told.name == "BrokeOff"
        self.pauses += told.name == "Waiting"
        if told.name != "PhotoProgress":
            return False
        self._confirmed[members["sha256"]] = members["sent_bytes"]
        self._bars.confirm(self.confirmed_bytes)
        share = self.confirmed_bytes / self._cargo.photo_bytes
        within = 0 < members["sent_bytes"] < members["size_bytes"]
        return share >= KILL_AT_LATEST or (within and share >= KILL_FROM)

    def finish(self) -> None:
        self._bars.settle(self._cargo.ops)
        self._bars.confirm(self._cargo.photo_bytes)


def cargo_of(outbox: Outbox) -> Cargo:
    """What is still to be sent."""
    photos = {photo.sha256: photo.size_bytes for photo in outbox.photos("waiting")}
    return Cargo(len(outbox.ops("pending", "sent")), photos)


def ride(
    folder: str,
    url: str,
    random: Random,
    cargo: Cargo,
    bars: SyncBars,
    killed: Callable[[int], None],
) -> Ride:
    """Sync an outbox that nobody has open, killing the app once; raises ``DemoFailed``.

    ``killed`` is told how many bytes of photos were confirmed when it died.
    """
    watch = _Watch(cargo, bars)
    odometer, killed_at_bytes = Odometer(), None
    for life in range(1, LIVES_MAX + 1):
        script = {"push": BAD_PUSHES, "chunk": BAD_CHUNKS} if life == 1 else {}
        orders = Orders(folder, url, random.getrandbits(32), script, USUAL)
        ended = _live(orders, watch, fatal=killed_at_bytes is None)
        odometer = odometer.plus(watch.odometer)
        if ended == 0:
            watch.finish()
            return Ride(cargo, odometer, killed_at_bytes, life, watch.broke_off, watch.pauses)
        if ended < 0 and killed_at_bytes is None:
            killed_at_bytes = watch.confirmed_bytes
            killed(killed_at_bytes)
    raise DemoFailed(
        tr(
            f"平板启动 {LIVES_MAX} 次仍未发送完全部内容",
            f"the tablet could not send everything in {LIVES_MAX} starts",
        )
    )


def _live(orders: Orders, watch: _Watch, fatal: bool) -> int:
    """One life of the app; its exit status, negative if it was killed."""
    watch.odometer = Odometer()
    with running(orders) as tablet:
        for told in tablet.told():
            if watch.see(told) and fatal:
                tablet.kill()
                # What it had sent until then is read to the end: it counts.
                watch.odometer = max(
                    (late.odometer for late in tablet.told()),
                    key=lambda one: one.sent_bytes,
                    default=watch.odometer,
                )
                break
        return tablet.close()
