"""A company whose walk is followed by readers of the log, stepped by the test itself."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

from tests.factories import Company, Server, Tablet, enrol_tablet, found_company, running

from fieldops import builtin
from fieldops.flow import plugins
from fieldops.flow.follow import KeeperReader, LogReader, step
from fieldops.flow.handin import Handin, HandinAnswer
from fieldops.flow.pluginreader import PluginReader
from fieldops.flow.react import DirectHandin
from fieldops.flow.setup import SYSTEM
from fieldops.model.plugin import PluginState
from fieldops.model.record import State
from fieldops.model.register import RegisterSpec
from fieldops.plugin.host import Host, host
from fieldops.store import log, records
from fieldops_sync.ids import result_id, uuid7

CHECKLIST = """
key = "daily"
version = "1.0"
domain = "cleaning"
titles = { zh-CN = "检查表", en = "Checklist" }
[[sections]]
key = "lobby"
titles = { zh-CN = "大堂", en = "Lobby" }
[[sections.items]]
key = "floor"
titles = { zh-CN = "地面", en = "Floor" }
measure = { zh-CN = "目测无污渍。", en = "No stains to be seen." }
severity = "major"
[[sections.items]]
key = "glass"
titles = { zh-CN = "玻璃", en = "Glass" }
measure = { zh-CN = "目测无手印。", en = "No finger marks to be seen." }
weight = 3
[[examples]]
titles = { zh-CN = "合格", en = "Clean" }
date = "2026-11-21"
rest = "pass"
score = 100
passed = true
"""


class Walk:
    """One walk on a tablet, and the readers that follow it."""

    def __init__(self, server: Server, company: Company, tablet: Tablet) -> None:
        self.server, self.company, self.tablet = server, company, tablet
        self.id = uuid7()
        self.handin: Handin = DirectHandin(server.core.store, server.clock)
        self.settings = server.core.settings

    def push(self, type_: str, **given: Any) -> None:
        """Push one op of the tablet, which must take effect."""
        given = {**given, "site": self.company.site}
        (receipt,) = self.tablet.receipts_of([self.tablet.op(type_, **given)])
        assert receipt["status"] in ("applied", "merged"), receipt

    def start(self, **given: Any) -> None:
        subject = {"kind": "inspection", "id": str(self.id)}
        definition = self.company.definition
        self.push("inspection.start@1", subject=subject, **{"def": definition, **given})

    def record(self, item: str, value: Any, **given: Any) -> None:
        state = self.get(result_id(self.id, item))
        base = [str(head) for head in state.heads] if state else []
        definition = self.company.definition
        self.push(
            "result.record@1",
            **{
                "inspection": str(self.id),
                "item": item,
                "value": value,
                "base": base,
                "def": definition,
                **given,
            },
        )

    def submit(self, **announced: int) -> None:
        subject = {"kind": "inspection", "id": str(self.id)}
        state = self.get(self.id)
        base = [str(head) for head in state.heads] if state else []
        self.push("inspection.submit@1", subject=subject, base=base, payload=announced)

    def void(self, kind: str, subject: UUID) -> None:
        state = self.get(subject)
        assert state is not None
        base = [str(head) for head in state.heads]
        given = {"subject": {"kind": kind, "id": str(subject)}, "base": base}
        self.push("record.void@1", reason="by mistake", **given)

    def get(self, subject: UUID) -> State | None:
        return self.server.look(lambda s: records.get_one(s, subject))

    @property
    def inspection(self) -> State:
        state = self.get(self.id)
        assert state is not None
        return state

    def findings(self, state: str = "open") -> list[State]:
        """The findings of the walk in a state, by rule and item."""
        found = self.server.look(lambda s: records.children(s, self.company.site, self.id))
        wanted = [one for one in found if one.kind == "finding" and one.state == state]
        return sorted(wanted, key=lambda one: (one.body["rule"], one.body.get("item", "")))

    def rules(self, state: str = "open") -> list[str]:
        return [f"{one.body['plugin']}:{one.body['rule']}" for one in self.findings(state)]

    def head(self) -> int:
        return self.server.look(log.counter)

    def step(self, reader: LogReader) -> HandinAnswer | None:
        return step(self.server.core.store, self.handin, reader, self.settings.worker.hook_tries)

    def follow(self, *readers: LogReader) -> None:
        """Step readers until none of them has anything to do, or one is parked."""
        for reader in readers:
            for _ in range(50):
                done = self.step(reader)
                if done is None or done.state == "parked":
                    break
            else:
                raise AssertionError(f"{reader.name} does not come to rest")

    def replay(self, reader: str, position: int = 0) -> bool:
        """Let a reader of the log read again, as `fieldops plugin replay` does."""
        now_ms = self.server.clock()
        return self.server.do(lambda s: plugins.replay(s, reader, position, SYSTEM, now_ms))

    def resume(self, reader: str) -> bool:
        now_ms = self.server.clock()
        return self.server.do(lambda s: plugins.resume(s, reader, SYSTEM, now_ms))

    def state_of(self, plugin: str) -> PluginState:
        states = self.server.look(lambda s: plugins.plugin_states(s, self.settings))
        return next(one for one in states if one.name == plugin)


@contextlib.contextmanager
def walking(database_url: str, folder: Path, checklist: str = CHECKLIST) -> Iterator[Walk]:
    """A server with a company, a tablet, and a walk that is about to begin."""
    with running(database_url, folder) as server:
        company = found_company(server, checklist)
        yield Walk(server, company, enrol_tablet(server, [company.inspector], company.site))


def hosted(module: ModuleType, name: str) -> Host:
    """A module as a plugin in this process."""
    loaded = host(name, module)
    assert isinstance(loaded, Host), loaded
    return loaded


def no_photos(sha256: str) -> Any:
    raise OSError(sha256)


def default_reader() -> PluginReader:
    """The reader of ``builtin``."""
    return PluginReader(builtin.load(), no_photos, is_default=True)


def keeper() -> KeeperReader:
    return KeeperReader()


def plugin(
    name: str,
    domain: str = "cleaning",
    version: str = "1",
    earlier_days: int = 0,
    registers: tuple[RegisterSpec, ...] = (),
    redacts: tuple[str, ...] = (),
    **hooks: Callable[..., Any],
) -> Host:
    """A plugin of these functions, in this process."""
    from fieldops.model.plugin import API, Plugin
    from fieldops.plugin.hookspecs import hookimpl

    module = ModuleType(f"plugin_{name}")

    def declare_plugin() -> Plugin:
        return Plugin(
            name=name,
            version=version,
            api=API,
            domain=domain,
            earlier_days=earlier_days,
            registers=registers,
            redacts=redacts,
        )

    for hook, function in {"declare_plugin": declare_plugin, **hooks}.items():
        function.__name__ = hook
        setattr(module, hook, hookimpl(function))
    return hosted(module, name)


def reader_of(host_: Host, get_photo: Callable[[str], Any] = no_photos) -> PluginReader:
    return PluginReader(host_, get_photo)
