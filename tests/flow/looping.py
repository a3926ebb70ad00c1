"""A company whose findings are handled by a tablet and a desk, while the test lets time act."""

from typing import Any
from uuid import UUID

import msgspec
from tests.factories import (
    HOUR_MS,
    Company,
    Server,
    Tablet,
    enrol_tablet,
    found_company,
    make_op,
    sign_in,
)

from fieldops.flow.clock import wall_ms
from fieldops.flow.enter import enter_desk
from fieldops.flow.handin import Due
from fieldops.flow.react import DirectHandin
from fieldops.flow.timing import rfc3339
from fieldops.model.record import State
from fieldops.store import records
from fieldops_sync.ids import uuid7

API = "/api/v1"


class Loop:
    """A company with a tablet whose clock is known, and time that the test lets act."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.company: Company = found_company(server)
        self.tablet: Tablet = enrol_tablet(server, [self.company.inspector], self.company.site)
        self.boot = str(uuid7())
        self.began_ms = server.clock()
        self._renewed_ms = self.began_ms
        self._handin = DirectHandin(server.core.store, server.clock)

    def tablet_op(self, type_: str, hours_ago: float = 0, **given: Any) -> dict[str, Any]:
        """An op that the tablet wrote some hours ago, by a clock that the server can read."""
        mono = self._mono() - int(hours_ago * HOUR_MS)
        at = {"wall": rfc3339(self.server.clock()), "mono": mono, "boot": self.boot}
        return self.tablet.op(type_, at=at, **given)

    def push(self, *ops: dict[str, Any]) -> list[dict[str, Any]]:
        if self.server.clock() - self._renewed_ms > HOUR_MS / 2:
            self.tablet.renew()
            self._renewed_ms = self.server.clock()
        now = {"wall": rfc3339(self.server.clock()), "mono": self._mono(), "boot": self.boot}
        return self.tablet.receipts_of(ops, now=now)

    def report(self, hours_ago: Any = 0, **given: Any) -> UUID:
        """A finding that the inspector raises by hand."""
        fields = {"severity": "major", "text": "a leak", **given}
        op = self.tablet_op("finding.report@1", hours_ago, **fields)
        (receipt,) = self.push(op)
        assert receipt["status"] == "applied", receipt
        return UUID(op["subject"]["id"])

    def desk(self, type_: str, finding: UUID, **payload: Any) -> str:
        """A step of the supervisor at a desk; how it went."""
        subject = {"kind": "finding", "id": str(finding)}
        who = self.company.supervisor
        op = make_op(type_, self.company.site, who, subject=subject, payload=payload)
        raw = msgspec.json.encode(op)
        now_ms = self.server.clock()
        done = self.server.do(lambda s: enter_desk(s, [raw], who, now_ms))
        return done.receipts[0].reason or done.receipts[0].status

    def step(self, type_: str, finding: UUID, hours_ago: Any = 0, **payload: Any) -> str:
        """A step of the inspector on the tablet; how it went."""
        subject = {"kind": "finding", "id": str(finding)}
        op = self.tablet_op(type_, hours_ago, subject=subject, payload=payload)
        (receipt,) = self.push(op)
        reason: str = receipt.get("reason") or receipt["status"]
        return reason

    def pass_time(self, hours: float) -> None:
        """Time passes, and acts."""
        self.server.clock.forward(hours)
        self.act()

    def act(self) -> None:
        for _ in range(20):
            if not self._handin(Due()).position:
                return
        raise AssertionError("time does not come to rest")

    def get(self, finding: UUID) -> State:
        state = self.server.look(lambda s: records.get_one(s, finding))
        assert state is not None
        return state

    def hours(self, finding: UUID) -> float:
        """The deadline in hours after the test began."""
        due_ms = wall_ms(self.get(finding).body["deadline"])
        assert due_ms is not None
        return (due_ms - self.began_ms) / HOUR_MS

    def told(self, finding: UUID) -> list[str]:
        """Who was told that it is overdue."""
        return [one["step"] for one in self.get(finding).body.get("escalations", ())]

    def _mono(self) -> int:
        return self.server.clock() - self.began_ms + 100 * HOUR_MS


def history(loop: Loop, finding: UUID) -> list[dict[str, Any]]:
    headers = sign_in(loop.server, loop.company.supervisor)
    answer = loop.server.client.get(f"{API}/findings/{finding}/history", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["steps"]
    return found


def repeats(loop: Loop, findings: list[UUID]) -> list[tuple[str | None, int]]:
    bodies = [loop.get(one).body for one in findings]
    return [(body.get("repeat_of"), body.get("repeats", 1)) for body in bodies]


def listed(loop: Loop, **query: Any) -> list[str]:
    """The ids of a list at the supervisor's desk, page by page."""
    headers = sign_in(loop.server, loop.company.supervisor)
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        asked = {"limit": 2, **query, **({"cursor": cursor} if cursor else {})}
        answer = loop.server.client.get(f"{API}/findings", params=asked, headers=headers)
        assert answer.status_code == 200, answer.text
        found += [one["finding"]["id"] for one in answer.json()["items"]]
        cursor = answer.json()["cursor"]
    return found
