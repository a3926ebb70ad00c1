"""A tablet as an inspector uses it: the reference client, its own folder, real small photos."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
from msgspec.structs import replace
from PIL import Image
from tests.console.world import World
from tests.pictures.making import jpeg, scene

from fieldops.cli.demo_company import Staff
from fieldops.cli.demo_walk import clock
from fieldops_sync import Client, Outbox
from fieldops_sync.ids import result_id, uuid7
from fieldops_sync.payloads import InspectionStart, InspectionSubmit, PhotoAttach, ResultRecord
from fieldops_sync.wire import Subject

ITEM = "lift_levelling"
"""An item of the plant rooms' checklist that is answered once for each lift, with a photo."""
PLACE = ("30.660000", "104.063000")
"""Latitude and longitude of every photo."""


def photograph(seed: int) -> bytes:
    """A sharp picture that looks like no other, as a camera writes it now: nothing to be noted."""
    here = clock().wall
    data = Image.Exif()
    data[0x010F], data[0x0110] = "FIELDCAM", "F-1"
    data.get_ifd(0x8769).update(
        {0x9003: here[:19].replace("-", ":").replace("T", " "), 0x9011: "+08:00"}
    )
    grain = Image.effect_noise((640, 480), 120).convert("RGB")
    return jpeg(Image.blend(scene(seed=seed), grain, 0.4), exif=data)


class TabletApp:
    """An enrolled tablet in somebody's hands; nothing leaves it before ``sync``."""

    def __init__(self, outbox: Outbox, client: Client, site: UUID, definition: str) -> None:
        self.outbox, self.client = outbox, client
        self._site, self._definition = site, definition
        self._shots = 0

    def walk(self, lifts: int, shots: int = 1, area: UUID | None = None) -> UUID:
        """Record a walk of so many lifts with so many photos each, and submit it."""
        walk = uuid4()
        begun = InspectionStart(area=area) if area else InspectionStart()
        self._record("inspection.start@1", Subject("inspection", walk), begun)
        for lift in range(1, lifts + 1):
            taken = [self.shoot(walk, f"L{lift}") for _ in range(shots)]
            subject = Subject("result", result_id(walk, ITEM, f"L{lift}"))
            answer = ResultRecord(inspection=walk, item=ITEM, repeat=f"L{lift}", value="3")
            self._record("result.record@1", subject, answer)
        over = InspectionSubmit(results=lifts, photos=lifts * len(taken))
        self._record("inspection.submit@1", Subject("inspection", walk), over)
        return walk

    def shoot(self, walk: UUID, repeat: str, retakes: UUID | None = None) -> UUID:
        """Take a photo of a lift, in place of another one where that is said."""
        self._shots += 1
        picture = photograph(hash((self.outbox.device, self._shots)))
        sha256 = self.outbox.capture(picture, "image/jpeg", self._site)
        payload = PhotoAttach(
            inspection=walk,
            sha256=sha256,
            size_bytes=len(picture),
            mime="image/jpeg",
            item=ITEM,
            repeat=repeat,
            taken=clock(),
            counter=self._shots,
            latitude=PLACE[0],
            longitude=PLACE[1],
        )
        if retakes is not None:
            payload = replace(payload, retakes=retakes)
        photo = uuid7()
        self._record("photo.attach@1", Subject("photo", photo), payload, [sha256])
        return photo

    def sync(self) -> None:
        """Send everything, photos and all, and pull what is new."""
        assert self.client.sync().photos_waiting == 0

    def tasks(self, photo: UUID) -> list[dict[str, Any]]:
        """The tasks about a photo as the tablet has pulled them."""
        told = [msgspec.json.decode(one.body) for one in self.outbox.records("task")]
        return [one for one in told if one["photo"] == str(photo)]

    def _record(
        self, op_type: str, subject: Subject, payload: object, media: list[str] | None = None
    ) -> None:
        self.outbox.record(
            op_type, subject, self._site, payload, definition=self._definition, media=media or []
        )


@contextmanager
def tablet(world: World, folder: Path, login: str = "li.lei") -> Iterator[TabletApp]:
    """A new tablet of the first site, enrolled and signed in by PIN."""
    who: Staff = world.roster.staff[login]
    boss = world.open("admin", "/profile")
    asked = {"name": folder.name, "people": [str(who.id)]}
    code = world.tell(boss, "POST", "/devices/codes", asked)["code"]
    standards = world.ask(boss, "/checklists?key=facilities-plant-rooms")["items"]
    boss.context.close()
    with Outbox(folder, clock=clock) as outbox, Client(outbox, world.url) as client:
        client.enrol(code, "console tests", "1")
        client.pull()
        outbox.sign_in(who.id, who.pin)
        yield TabletApp(outbox, client, world.roster.sites["YJ"], standards[0]["sha256"])
