"""A tablet of the random walk: a real outbox and client whose person does anything at any time."""

from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import msgspec
from tests.property.network import Killed, Network

from fieldops_sync.client import Client
from fieldops_sync.ids import result_id, uuid7
from fieldops_sync.outbox import Outbox, SiteSealed
from fieldops_sync.transport import SyncError
from fieldops_sync.wire import PushAnswer, PushRequest, Receipt, Subject

ITEMS = ("floor", "wall", "lift")
VALUES = ("clean", "dirty", "wet")
_VOIDABLE = ("result", "photo", "feedback", "suggestion")


class Scene:
    """What all tablets work on: few subjects, so that they meet."""

    def __init__(self, site: UUID, foreign_site: UUID, people: list[UUID], checklist: str) -> None:
        self.site = site
        self.foreign_site = foreign_site
        self.people = people
        self.checklist = checklist
        self.unpublished = ""
        self.walks = [uuid7(), uuid7()]
        self.promised: list[UUID] = []
        """Ids of ops that others need and that nobody has recorded yet."""


class Device:
    """One tablet; ``recorded`` are the ids of all that its person was told is recorded."""

    def __init__(self, folder: Path, network: Network, random: Random, scene: Scene) -> None:
        self.recorded: list[UUID] = []
        self.deaths = 0
        self.network = network
        self.random = random
        self.scene = scene
        self._folder = folder
        self._start()

    def _start(self) -> None:
        self.outbox = Outbox(self._folder)
        self.client = Client(
            self.outbox, "http://tablet", self.network, random=self.random, sleep=lambda _s: None
        )

    def close(self) -> None:
        self.client.close()
        self.outbox.close()

    def sync(self) -> bool:
        """Sync once, as far as the network lets it; whether it got to its end."""
        try:
            self.client.sync()
        except SyncError:
            return False
        except Killed:
            self._die()
            return False
        return True

    def _die(self) -> None:
        """The process ends; its person opens the app again."""
        self.deaths += 1
        self.close()
        self._start()

    def scatter(self) -> None:
        """Push what is due in pieces and in another order, and forget some of the answers."""
        for _ in range(self.random.randint(2, 6)):
            self.act()
        batch = self.outbox.next_batch(self.random.randint(1, 30))
        raws = list(batch.raws)
        self.random.shuffle(raws)
        while raws:
            size = self.random.randint(1, 5)
            ops, raws = [msgspec.Raw(raw) for raw in raws[:size]], raws[size:]
            request = PushRequest(batch.incarnation, ops, now=self.outbox.now())
            try:
                answer = self.client._call("push", PushAnswer, request)
            except SyncError:
                continue
            except Killed:
                self._die()
                return
            if self.random.random() < 0.7:
                self.outbox.settle_push(answer)

    def act(self) -> None:
        """Record something."""
        acts = (
            (8, self._record_result),
            (2, self._start_walk),
            (1, self._submit),
            (1, self._hand_over),
            (3, self._photograph),
            (2, self._hear),
            (1, self._suggest),
            (1, self._note),
            (1, self._void),
            (3, self._resolve),
            (2, self._need),
            (1, self._cite_unpublished),
            (1, self._blunder),
        )
        weights = [weight for weight, _ in acts]
        (_, act), *_ = self.random.choices(acts, weights)
        act()

    def keep_promises(self) -> None:
        """Record every op that others were told to wait for."""
        while self.scene.promised:
            self._record_result(op_id=self.scene.promised.pop())

    def _record(self, kind: str, subject: Subject, payload: dict[str, Any], **more: Any) -> None:
        actor = self.random.choice(self.scene.people)
        site = more.pop("site", self.scene.site)
        try:
            made = self.outbox.record(kind, subject, site, payload, actor=actor, **more)
        except SiteSealed:
            return
        self.recorded.append(made)

    def _walk(self) -> UUID:
        return self.random.choice(self.scene.walks)

    def _record_result(self, **more: Any) -> None:
        walk, item = self._walk(), self.random.choice(ITEMS)
        payload: dict[str, Any] = {"inspection": str(walk), "item": item}
        choices = {
            "value": self.random.choice(VALUES),
            "outcome": self.random.choice(("pass", "fail")),
            "note": self.random.choice(("", "滴水 💧", "checked twice")),
        }
        for name in self.random.sample(sorted(choices), self.random.randint(1, 3)):
            payload[name] = choices[name]
        more.setdefault("definition", self.scene.checklist)
        self._record("result.record@1", Subject("result", result_id(walk, item)), payload, **more)

    def _start_walk(self) -> None:
        subject = Subject("inspection", self._walk())
        note = self.random.choice(("morning", "evening"))
        definition = self.scene.checklist
        self._record("inspection.start@1", subject, {"note": note}, definition=definition)

    def _submit(self) -> None:
        subject = Subject("inspection", self._walk())
        payload = {"results": self.random.randint(0, 3), "photos": 0, "feedback": 0}
        self._record("inspection.submit@1", subject, payload)

    def _hand_over(self) -> None:
        to = self.random.choice(self.scene.people)
        subject = Subject("inspection", self._walk())
        self._record("inspection.handover@1", subject, {"to": str(to)})

    def _photograph(self) -> None:
        data = self.random.randbytes(self.random.randint(1, 3000))
        sha256 = self.outbox.capture(data, "image/jpeg", self.scene.site)
        payload = {"inspection": str(self._walk()), "sha256": sha256, "size_bytes": len(data)}
        subject = Subject("photo", uuid7())
        self._record("photo.attach@1", subject, payload, media=[sha256])

    def _hear(self) -> None:
        known = [change.id for change in self.outbox.records("feedback")]
        subject = self.random.choice(known) if known and self.random.random() < 0.5 else uuid7()
        nature = self.random.choice(("praise", "suggestion", "complaint"))
        payload = {"nature": nature, "text": self.random.choice(("很好", "slow"))}
        self._record("feedback.record@1", Subject("feedback", subject), payload)

    def _suggest(self) -> None:
        payload = {"item": self.random.choice(ITEMS), "text": "measure it"}
        self._record("suggestion.make@1", Subject("suggestion", uuid7()), payload)

    def _note(self) -> None:
        for finding in self.outbox.records("finding")[:1]:
            payload = {"finding": str(finding.id), "text": "seen again"}
            self._record("finding.note@1", Subject("note", uuid7()), payload)

    def _void(self) -> None:
        kind = self.random.choice(_VOIDABLE)
        known = self.outbox.records(kind)
        if known:
            subject = Subject(kind, self.random.choice(known).id)
            self._record("record.void@1", subject, {"reason": "by mistake"})

    def _resolve(self) -> None:
        """Decide a conflict that this tablet shows."""
        for kind in ("result", "inspection", "feedback"):
            torn = [change for change in self.outbox.records(kind) if change.conflict]
            if not torn:
                continue
            change = self.random.choice(torn)
            name = self.random.choice(sorted(change.conflict))
            chosen = self.random.choice(change.conflict[name]).value
            payload = {"set": {name: chosen}, "note": "looked again"}
            self._record("conflict.resolve@1", Subject(kind, change.id), payload)
            return

    def _need(self) -> None:
        """An op that waits for another one, here or elsewhere, recorded or still to be recorded."""
        if self.scene.promised and self.random.random() < 0.5:
            index = self.random.randrange(len(self.scene.promised))
            self._record_result(op_id=self.scene.promised.pop(index))
            return
        if self.recorded and self.random.random() < 0.5:
            needed = self.random.choice(self.recorded)
        else:
            needed = uuid7()
            self.scene.promised.append(needed)
        self._record_result(needs=[needed])

    def _cite_unpublished(self) -> None:
        self._record_result(definition=self.scene.unpublished)

    def _blunder(self) -> None:
        """What the server cannot apply: it is kept in quarantine."""
        subject = Subject("feedback", uuid4())
        blunders: tuple[tuple[str, dict[str, Any], UUID], ...] = (
            ("feedback.record@1", {"nature": "rant"}, self.scene.site),
            ("feedback.record@9", {"nature": "praise"}, self.scene.site),
            ("feedback.record@1", {"nature": "praise"}, self.scene.foreign_site),
            ("inspection.seal@1", {}, self.scene.site),
        )
        kind, payload, site = self.random.choice(blunders)
        self._record(kind, subject, payload, site=site)

    def receipts(self) -> dict[UUID, Receipt]:
        """The receipt that stands for each op, as this tablet knows it."""
        found = {op.id: op.receipt for op in self.outbox.ops()}
        return {op_id: one.stands or one for op_id, one in found.items() if one is not None}
