"""The demo's play: one walk by two people on one tablet, a second tablet, a desk.

morning   tablets enrol and pull what they need
walk      recorded offline; a minute of signal in the lobby sends the first ops, photos wait
evening   the tablet syncs over a bad link and is killed on the way; the second tablet follows
desk      the supervisor repairs what could not be applied
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

from msgspec import Struct

from fieldops.cli import demo_walk as walk
from fieldops.cli.demo_camera import OWN, Shot, own_pictures, take_pictures
from fieldops.cli.demo_company import Company, Staff
from fieldops.cli.demo_desk import Desk
from fieldops.cli.demo_ride import Ride, cargo_of, ride
from fieldops.cli.demo_sheet import (
    ALIKE,
    CHECKLIST,
    DISPUTED,
    SHOTS,
    Entry,
    Expected,
    expect,
    first_half,
    second_half,
    slot_of,
)
from fieldops.cli.demo_stage import Stage, SyncBars, megabytes
from fieldops.cli.demo_walk import Evidence, Plan
from fieldops.model.said import Said, both
from fieldops_sync import Client, Outbox
from fieldops_sync.debts import PhotoDebt
from fieldops_sync.wire import Receipt

TAKEN, DISSENT = Entry(DISPUTED, "0.08"), Entry(DISPUTED, "0.03", note="复测 / measured again")
"""What two people measure when they look at the same tap again, each without the other's figure."""
_LATITUDE, _LONGITUDE = Decimal("30.659800"), Decimal("104.063300")
_STEP = Decimal("0.000020")
"""About two metres between shots."""


class Cast(Struct, frozen=True):
    """The people of the play."""

    li_lei: Staff
    han_meimei: Staff
    wang_qiang: Staff
    zhou_min: Staff


class Journey(Struct, frozen=True):
    """All that happened, for those who check and tell it.

    ``receipts`` are those of the first tablet before the repair, ``why_bad`` the reason for it;
    ``duplicates`` says how many of its ops were sent again after their answer had been lost;
    ``owed`` where its photos were when the first ops had gone, ``settled`` where they are now.
    """

    plan: Plan
    cast: Cast
    entries: tuple[Entry, ...]
    evidence: tuple[Evidence, ...]
    expected: Expected
    tablets: tuple[Path, ...]
    bad_op: UUID
    feedback: int
    ride: Ride
    receipts: dict[UUID, Receipt]
    duplicates: int
    dissent: Receipt
    why_bad: Said
    repaired: Receipt
    owed: PhotoDebt
    settled: PhotoDebt


class Play:
    """One walk on one server; ``folder`` takes the camera's files and the tablets' outboxes."""

    def __init__(self, company: Company, url: str, folder: Path, stage: Stage) -> None:
        self._company, self._url, self._folder, self._stage = company, url, folder, stage
        self._random = Random()
        roster, staff = company.roster, company.roster.staff
        self.cast = Cast(*(staff[login] for login in _LOGINS))
        self.plan = Plan(
            inspection=uuid4(),
            site=roster.sites["YJ"],
            area=roster.areas["YJ-PR"],
            definition=company.definition(CHECKLIST),
        )
        self.today = datetime.now(walk.TIMEZONE).date()

    def photograph(self, own: Sequence[Path]) -> tuple[Evidence, ...]:
        """Have all pictures taken; one's own come first, the camera takes what is missing.

        Both may have an IMG_0003.jpg, so one's own lie in a folder of theirs.
        """
        stage, camera = self._stage, self._folder / "camera"
        pictures = own_pictures(own, camera / OWN)
        shots = [_shot(number) for number in range(max(len(pictures), len(SHOTS)))]
        missing = shots[len(pictures) :]
        if missing:
            with stage.bars() as progress:
                name = stage.text("拍照（张）", "photos taken")
                task = progress.add_task(name, total=len(missing))
                pictures += take_pictures(missing, camera, lambda: progress.advance(task))
        return tuple(
            Evidence(picture, slot_of(number), shot)
            for number, (picture, shot) in enumerate(zip(pictures, shots, strict=True))
        )

    def enrol(self, name: str) -> Path:
        """Enrol a tablet and let it pull everything that it needs offline."""
        folder = self._folder / name
        with Outbox(folder, clock=walk.clock) as outbox, Client(outbox, self._url) as client:
            client.enrol(self._company.codes[name], f"demo tablet {name}", "demo")
            client.pull()
            client.definition(self.plan.definition)
        return folder

    def first_part(self, folder: Path, evidence: Sequence[Evidence]) -> None:
        """Li Lei's part, offline; then a minute of signal: the ops go, the photos wait."""
        with Outbox(folder, clock=walk.clock) as outbox:
            walk.sign_in(outbox, self.cast.li_lei)
            walk.start(outbox, self.plan)
            walk.answer(outbox, self.plan, first_half(self.today), evidence)
            with Client(outbox, self._url) as client:
                client.hello()
                client.push()
                client.pull()

    def debt(self, folder: Path) -> PhotoDebt:
        """Where a tablet's photos are, as the tablet knows it."""
        with Outbox(folder) as outbox:
            return outbox.debt

    def dissent(self, folder: Path) -> None:
        """Wang Qiang pulls the walk, loses the signal, and measures one thing again."""
        with Outbox(folder, clock=walk.clock) as outbox, Client(outbox, self._url) as client:
            client.pull()
            walk.sign_in(outbox, self.cast.wang_qiang)
            walk.answer(outbox, self.plan, [DISSENT])

    def second_part(self, folder: Path, evidence: Sequence[Evidence]) -> tuple[UUID, int]:
        """Li Lei measures it again, too, and hands over; Han Meimei goes on and submits.

        Returns the op that cannot be applied, and how many entries of feedback will stand.
        """
        with Outbox(folder, clock=walk.clock) as outbox:
            walk.answer(outbox, self.plan, [TAKEN])
            outbox.hand_over(self.plan.inspection, self.plan.site, self.cast.han_meimei.id)
            walk.sign_in(outbox, self.cast.han_meimei)
            walk.answer(outbox, self.plan, second_half(self.today), evidence)
            heard = walk.hear_residents(outbox, self.plan) + 1
            bad_op = walk.record_bad_rating(outbox, self.plan)
            walk.suggest(outbox, self.plan)
            results = len({entry.slot for entry in self.entries})
            walk.submit(outbox, self.plan, results, len(evidence), heard)
        return bad_op, heard

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every answer of the first tablet, in the order recorded."""
        return (*first_half(self.today), TAKEN, *second_half(self.today))

    def evening(self, folder: Path) -> Ride:
        """The bad link."""
        with Outbox(folder) as outbox:
            cargo = cargo_of(outbox)
        with self._stage.bars() as progress:
            bars = SyncBars(self._stage, progress, cargo.ops, cargo.photo_bytes)
            return ride(str(folder), self._url, self._random, cargo, bars, self._tell_kill)

    def _tell_kill(self, confirmed_bytes: int) -> None:
        size = megabytes(confirmed_bytes)
        self._stage.say(
            f"平板应用在上传照片途中被强制结束（SIGKILL），已确认 {size}；从发件箱续传 …",
            f"SIGKILL in the middle of a photo, {size} confirmed; started again on its outbox ...",
            "yellow",
        )

    def settle_dissent(self, folder: Path) -> Receipt:
        """The second tablet gets signal, too: the receipt of what it measured."""
        with Outbox(folder) as outbox, Client(outbox, self._url) as client:
            client.sync()
            return next(iter(receipts_of(outbox).values()))

    def repair(self, folder: Path, bad_op: UUID) -> tuple[Said, Receipt]:
        """The supervisor puts right what could not be applied; the tablet hears of it.

        Returns why it could not be applied, and the receipt that the tablet holds in the end.
        """
        payload = {**walk.MENDED_RATING, "inspection": str(self.plan.inspection)}
        with Desk(self._url, self.cast.zhou_min) as desk:
            told = next(one["details"] for one in desk.quarantined() if one["op"] == str(bad_op))
            desk.repair(bad_op, {"payload": payload})
        with Outbox(folder) as outbox, Client(outbox, self._url) as client:
            client.pull()
            return both(told), receipts_of(outbox)[bad_op]

    def receipts(self, folder: Path) -> tuple[dict[UUID, Receipt], int]:
        """What the tablet was told about each of its ops; how many it had sent twice."""
        with Outbox(folder) as outbox:
            told = [op.receipt.status for op in outbox.ops() if op.receipt is not None]
            return receipts_of(outbox), told.count("duplicate")

    def expect(self, photo_count: int) -> Expected:
        """What the rules make of the walk."""
        checklist = self._company.checklists[CHECKLIST]
        return expect(checklist, self.today, self.entries, photo_count)


_LOGINS = ("li.lei", "han.meimei", "wang.qiang", "zhou.min")


def receipts_of(outbox: Outbox) -> dict[UUID, Receipt]:
    """The receipt that stands for each op of an outbox; for a repeated one the original's."""
    return {op.id: op.receipt.stands or op.receipt for op in outbox.ops() if op.receipt is not None}


def statuses(receipts: dict[UUID, Receipt]) -> Counter[str]:
    """How many ops got which status."""
    return Counter(receipt.status for receipt in receipts.values())


def _shot(number: int) -> Shot:
    caption = SHOTS[number][1] if number < len(SHOTS) else f"Own photo {number + 1}"
    return Shot(
        number=number + 1,
        scene=ALIKE.get(number, number),
        caption=caption,
        taken=datetime.now(walk.TIMEZONE) - timedelta(minutes=120 - 4 * (number % 30)),
        latitude=_LATITUDE + _STEP * number,
        longitude=_LONGITUDE - _STEP * number,
    )
