"""A month of a company, night after night, with edits, voids, and tablets that tell things late."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from tests.factories import publish
from tests.flow.assessing import Assessing, assessing, ms

from fieldops.export.manifest import Manifest
from fieldops.export.run import write_run
from fieldops.export.wanted import Wanted
from fieldops.model.dataset import Audience
from fieldops.settings import load_settings
from fieldops.store import log, people, records
from fieldops_sync.ids import result_id, uuid7

SECRET = b"a destination's own secret: 32 bytes or more"


_ITEMS = {
    "item_0": 'type = "passfail"',
    "item_1": 'type = "number", unit = "°C"',
    "item_2": 'type = "text"',
    "twice": 'type = "calculated", expression = "item_1 * 2", unit = "°C"',
}


def standard(version: str) -> str:
    """The TOML of a version of a checklist that walks of the month may go by."""
    items = [
        f"""
[[sections.items]]
key = "{key}"
titles = {{ zh-CN = "项 {key}", en = "Item {key}" }}
measure = {{ zh-CN = "目测。", en = "By eye." }}
required = false
answer = {{ {answer} }}
"""
        for key, answer in _ITEMS.items()
    ]
    return f"""
key = "patrol-month"
version = "{version}"
domain = "patrol"
titles = {{ zh-CN = "巡查", en = "Patrol" }}
[[sections]]
key = "round"
titles = {{ zh-CN = "巡查", en = "Round" }}
{"".join(items)}
[[examples]]
titles = {{ zh-CN = "合格", en = "Good" }}
date = "2026-10-01"
rest = "pass"
score = 100
passed = true
"""


class Month:
    """What happens; ``walks`` are the walks that still stand, with their results by item.

    Some walks go by one version of a checklist, some by another, and some by none.
    """

    def __init__(self, made: Assessing, folder: Path, seed: int) -> None:
        self.made, self.folder, self.random = made, folder, Random(seed)
        self.walks: dict[UUID, list[str]] = {}
        self.settings = load_settings(data_dir=folder / "data")
        published = [publish(made.server, standard(version)) for version in ("1.0", "1-0")]
        self.versions: list[str | None] = [None, *published]

    @property
    def head(self) -> int:
        return self.made.server.look(log.counter)

    def day(self, day: int) -> None:
        """Walks of the day, of which some are told days later; edits and voids at the desk."""
        self.made.at(f"2026-10-{day:02}T20:00")
        for number in range(2):
            told_late = self.random.random() < 0.3
            happened = max(1, day - 3) if told_late else day
            self.walk(f"2026-10-{happened:02}T{9 + number:02}:00")
        self.made.at(f"2026-10-{day:02}T21:00")
        self.said_and_seen(day)
        for walk in [*self.walks]:
            chance = self.random.random()
            if chance < 0.1:
                self.edit(walk)
            elif chance < 0.15:
                self.void("inspection", walk)
                del self.walks[walk]
            elif chance < 0.2 and self.walks[walk]:
                item = self.walks[walk].pop()
                self.void("result", result_id(walk, item))
            elif chance < 0.25:
                self.made.score(walk, str(self.random.randint(10, 99)))

    def said_and_seen(self, day: int) -> None:
        """What is not a walk: a complaint, a finding by hand with its steps, a person, a review."""
        text = self.said()["note"] or "电梯异响"
        complaint = uuid7()
        said = {"nature": "complaint", "text": text, "tier": "general"}
        at_ms = ms(f"2026-10-{day:02}T10:00")
        about = ("feedback", complaint)
        self.made.send(self.made.op("feedback.record@1", about, at_ms, payload=said))
        finding = uuid7()
        seen = {"severity": "major", "text": text, "deadline": "2026-10-30T18:00:00+08:00"}
        self.by_desk("finding.report@1", "finding", finding, seen)
        if day % 2:
            owner = {"owner": str(self.made.inspector)}
            self.by_desk("finding.assign@1", "finding", finding, owner)
        for walk in self.submitted()[:1]:
            verdict = {"verdict": "returned", "note": text}
            self.by_desk("review.decide@1", "inspection", walk, verdict)
        self.made.server.do(
            lambda s: people.place(s, self.made.inspector, f"team-{day % 3}", "post")
        )

    def submitted(self) -> list[UUID]:
        """The walks that can be reviewed, newest first."""
        states = self.made.server.look(lambda s: records.get(s, self.walks))
        return [walk for walk in reversed(self.walks) if states[walk].state == "submitted"]

    def walk(self, happened: str) -> UUID:
        """A walk with its results; sometimes they come before it does."""
        walk, at_ms = uuid7(), ms(happened)
        cited = {"def": self.versions[len(self.walks) % len(self.versions)]}
        about = ("inspection", walk)
        start = self.made.op("inspection.start@1", about, at_ms, payload={}, **cited)
        ops = [start]
        items = [f"item_{n}" for n in range(self.random.randint(1, 3))]
        for item in items:
            payload = {"inspection": str(walk), "item": item, "outcome": "pass", **self.said()}
            subject = ("result", result_id(walk, item))
            ops.append(
                self.made.op("result.record@1", subject, at_ms + 1000, payload=payload, **cited)
            )
        if self.random.random() < 0.3:
            ops.reverse()
        if self.random.random() < 0.7:
            end: dict[str, Any] = {"base": [start["id"]], "payload": {"results": len(items)}}
            ops.append(self.made.op("inspection.submit@1", about, at_ms + 2000, **end))
        self.made.send(*ops)
        self.walks[walk] = items
        return walk

    def by_another_version(self, walk: UUID) -> None:
        """A tablet says once more that a walk began, and by another version than before."""
        state = self.made.server.look(lambda s: records.get_one(s, walk))
        assert state is not None
        others = {*self.versions} - {state.body["checklist"]}
        given = {"base": [str(one) for one in state.heads], "def": max(map(str, others - {None}))}
        about = ("inspection", walk)
        self.made.send(self.made.op("inspection.start@1", about, self.made.clock(), payload={},
                                    **given))  # fmt: skip

    def said(self) -> dict[str, Any]:
        return {
            "value": self.random.choice(["pass", "23.5", ["a", "c"], True, 4]),
            "note": self.random.choice(["", "=1+1", "致电 13812345678", 'a,"b"\r\nc', "'quoted"]),
        }

    def edit(self, walk: UUID) -> None:
        """The supervisor corrects a result."""
        for item in self.walks[walk][:1]:
            payload = {"inspection": str(walk), "item": item, **self.said()}
            self.by_desk("result.record@1", "result", result_id(walk, item), payload)

    def void(self, kind: str, subject: UUID) -> None:
        self.by_desk("record.void@1", kind, subject, {"reason": "记错了"})

    def by_desk(self, op: str, kind: str, subject: UUID, payload: dict[str, Any]) -> None:
        state = self.made.server.look(lambda s: records.get_one(s, subject))
        heads = state.heads if state else ()
        self.made.by_desk(op, (kind, subject), payload, heads)

    def run(self, name: str, **given: Any) -> tuple[Path, Manifest]:
        """A run into a folder of its own."""
        folder = self.folder / name
        folder.mkdir()
        given = {"audience": Audience(1), "secret": SECRET, "until": self.head, **given}
        wanted = Wanted(run="night", **given)
        core = self.made.server.core
        made = write_run(core.store, core.blobs, self.settings, wanted, folder, lambda *_: None)
        return folder, made


@contextmanager
def month(database_url: str, folder: Path, seed: int = 1) -> Iterator[Month]:
    """The company at the beginning of October."""
    with assessing(database_url, folder) as made:
        yield Month(made, folder, seed)
