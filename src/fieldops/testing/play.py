"""A walk from the tablet to its findings, in this process: by the real sync, log and readers.

    walk ─ ops ─ push ─ ledger, log ─ keeper, builtin, the plugin ─→ findings, score, deadlines

Nothing runs by itself: the readers work when the walk is in, so that a play always ends the same.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, BinaryIO
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.builtin import load
from fieldops.flow import setup
from fieldops.flow.follow import KeeperReader, LogReader, step
from fieldops.flow.handin import HandinAnswer, Introduce
from fieldops.flow.pluginreader import PluginReader
from fieldops.flow.plugins import plugin_states
from fieldops.flow.react import DirectHandin
from fieldops.flow.registers import entry_id
from fieldops.model.answertypes import Titles
from fieldops.model.checklist import Checklist
from fieldops.model.inspection import PhotoView
from fieldops.model.record import State
from fieldops.model.register import Entry
from fieldops.plugin.meter import Caller
from fieldops.rules.examples import sheet_of
from fieldops.store import records
from fieldops.store.blobs import BlobError
from fieldops.testing.clock import FrozenClock
from fieldops.testing.company import Company
from fieldops.testing.fresh import PluginRefused, told
from fieldops.testing.kit import Kit, worked_example
from fieldops.testing.recording import record
from fieldops.testing.tablet import Tablet
from fieldops_sync.ids import uuid7
from fieldops_sync.wire import Receipt

_TAKEN = ("applied", "merged", "held")
"""Held is what cites a checklist that is not published yet."""


class Seen(Struct, frozen=True, kw_only=True):
    """A finding on record, as tablets and the desk see it.  ``deadline`` is RFC 3339."""

    rule: str
    plugin: str
    severity: str
    titles: Titles
    deadline: str
    item: str = ""
    repeat: str = ""
    evidence: dict[str, str] = {}


class Play:
    """A company with one plugin at work; a context manager.

    ``plugin`` is a module or the name of one; its checklists are published.  ``folder`` is made.
    """

    def __init__(
        self, plugin: str | ModuleType, folder: Path, clock: FrozenClock | None = None
    ) -> None:
        self.kit = Kit(plugin)
        self.clock = clock or FrozenClock()
        self.company = Company(folder, self.clock)
        self.tablet = Tablet(self.company)
        self.inspection = UUID(int=0)
        if "declare_checklists" in self.kit.host.card.hooks:
            self.company.publish(self.kit.checklists())
        self._handin = DirectHandin(self.company.core.store, self.clock)
        self._handin(Introduce(self.name, self.kit.host.card))
        self._readers: list[LogReader] = [
            KeeperReader(),
            PluginReader(load(), self.get_photo, is_default=True),
            self.reader(self.kit.host),
        ]

    def __enter__(self) -> "Play":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.company.close()

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.kit.host.card.name

    def walk(
        self,
        checklist: Checklist | str | None = None,
        like: int | None = None,
        submit: bool = True,
        follow: bool = True,
        photos: Sequence[PhotoView] = (),
        **example: Any,
    ) -> UUID:
        """Record a walk on the tablet, push it with its photos, let the readers work; its id.

        Answers are given as for ``Kit.walk``; the clock goes on to the day of ``date`` (raises
        ``ValueError`` for one that is gone).  Of ``photos`` the item, the repeat, the role and the
        caption count; an item that none of them names has as many as its answer counts.
        """
        standard = self.kit.standard(checklist)
        worked = worked_example(standard, like, {"date": self.clock.day, **example})
        if worked.date != self.clock.day:
            self.clock.to_noon(worked.date)
            self.tablet.renew()
        answers = sheet_of(standard, worked).answers
        walk = record(self.tablet, standard, answers, photos, submit)
        self.inspection = walk.inspection
        self._take(walk.ops)
        for shot in walk.shots:
            self.tablet.upload(shot.content)
        if follow:
            self.follow()
        return self.inspection

    def feedback(self, text: str, **members: Any) -> None:
        """A resident says something on the walk; then the readers work."""
        payload = {"nature": "complaint", "text": text, "inspection": self.inspection, **members}
        self._take([self.tablet.op("feedback.record@1", "feedback", uuid7(), payload)])
        self.follow()

    def register(self, *entries: Entry) -> None:
        """Put lines into the registers of the site, or change them."""

        def job(session: Session) -> None:
            for one in entries:
                subject = ("register", entry_id(self.company.site, one.register, one.key))
                payload = msgspec.to_builtins(one)
                where = self.company.site
                setup.put(
                    session, "register.set@1", subject, where, payload, setup.SYSTEM, self.clock()
                )

        self.company.do(job)

    def follow(self, others: bool = False) -> None:
        """Let every reader work until none has anything to do; or all ``others`` than the plugin's.

        Raises ``PluginRefused`` when a hook of the plugin fails.
        """
        for reader in self._readers[: -1 if others else None]:
            while (done := self.step(reader)) is not None:
                if done.state != "running":
                    raise PluginRefused(told(*self._faults()[-1:]))

    def step(self, reader: LogReader) -> HandinAnswer | None:
        """Let one reader work on one page of the log; None if there is nothing for it."""
        tries = self.company.core.settings.worker.hook_tries
        return step(self.company.core.store, self._handin, reader, tries)

    def reader(self, caller: Caller) -> PluginReader:
        """The reader of a plugin, in this process."""
        return PluginReader(caller, self.get_photo)

    def get_photo(self, sha256: str) -> BinaryIO:
        """The stored bytes of a photo; raises ``OSError`` if they cannot be had."""
        try:
            return self.company.core.blobs.get(sha256)
        except BlobError as error:
            raise OSError(f"the photo {sha256} cannot be had") from error

    def findings(self, plugin: str | None = None, walk: UUID | None = None) -> list[Seen]:
        """The open findings about a walk (the last one) by the plugin, or by another; sorted."""
        wanted = plugin or self.name
        found = [one for one in self.records("finding", walk) if one.state == "open"]
        seen = [_seen(one.body) for one in found if one.body["plugin"] == wanted]
        return sorted(
            seen, key=lambda one: (one.rule, one.item, one.repeat, *one.evidence.values())
        )

    def rules(self, plugin: str | None = None, walk: UUID | None = None) -> list[str]:
        """The rules of ``findings``."""
        return [one.rule for one in self.findings(plugin, walk)]

    def photo_notes(self, walk: UUID | None = None) -> list[Seen]:
        """What the plugin holds against photos."""
        return [one for one in self.findings(walk=walk) if one.rule.startswith("photo.")]

    def deadlines(self, walk: UUID | None = None) -> dict[str, str]:
        """The deadline of each rule's finding: RFC 3339."""
        return {one.rule: one.deadline for one in self.findings(walk=walk)}

    def score(self, walk: UUID | None = None) -> dict[str, Any]:
        """The score on record: ``score``, ``earned``, ``possible``, ``sections``, ``scorer``.

        Empty where there is none, or no walk yet.
        """
        bodies = [state.body for state in self.records("inspection", walk)]
        found: dict[str, Any] = (bodies[0].get("score") if bodies else None) or {}
        return found

    @property
    def receipts(self) -> list[Receipt]:
        """What the server answered to every op so far."""
        return self.tablet.receipts

    def records(self, kind: str, walk: UUID | None = None) -> list[State]:
        """The records of a kind that belong to a walk (the last one)."""
        wanted = walk or self.inspection
        found = self.company.look(lambda s: records.children(s, self.company.site, wanted))
        return [one for one in found if one.kind == kind]

    def _faults(self) -> Sequence[Any]:
        states = self.company.look(lambda s: plugin_states(s, self.company.core.settings))
        return next(one.faults for one in states if one.name == self.name)

    def _take(self, ops: Sequence[Any]) -> None:
        for receipt in self.tablet.push(ops):
            assert receipt.status in _TAKEN, receipt


def _seen(body: Mapping[str, Any]) -> Seen:
    return Seen(
        rule=body["rule"],
        plugin=body["plugin"],
        severity=body["severity"],
        titles=body["titles"],
        deadline=body.get("deadline") or "",
        item=body.get("item") or "",
        repeat=body.get("repeat") or "",
        evidence=body.get("evidence") or {},
    )
