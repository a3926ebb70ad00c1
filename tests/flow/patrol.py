"""Plans, rounds and walks of a small company, with time in the hands of the test."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from tests.factories import BOOT, make_op
from tests.flow.following import Walk

from fieldops.flow.enter import enter_desk
from fieldops.flow.handin import Due
from fieldops.flow.walkreader import WalkReader
from fieldops.model.record import State
from fieldops.store import records
from fieldops_sync.ids import finding_id, uuid7

MINUTE_MS = 60_000


class Patrol:
    """A walk's server with plans on it; the walk's tablet is the one that walks."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.server, self.site = walk, walk.server, walk.company.site

    def desk(self, type_: str, subject: tuple[str, UUID], **payload: Any) -> str:
        """What became of an op that the supervisor writes."""
        actor = self.walk.company.supervisor
        before = self.walk.get(subject[1])
        base = [str(head) for head in before.heads] if before else []
        named = {"kind": subject[0], "id": str(subject[1])}
        op = make_op(type_, self.site, actor, subject=named, base=base, payload=payload)
        raw, now_ms = msgspec.json.encode(op), self.server.clock()
        done = self.server.do(lambda s: enter_desk(s, [raw], actor, now_ms))
        return str(done.receipts[0].reason or done.receipts[0].status)

    def plan(self, at: str = "13:00", plan: UUID | None = None, **given: Any) -> UUID:
        """A daily plan from today on, with an hour's grace; the test begins at noon in UTC."""
        plan = plan or uuid7()
        today = datetime.fromtimestamp(self.server.clock() / 1000, UTC).date().isoformat()
        recurrence = {"every": "day", "at": [at]}
        said = {"checklists": ["daily"], "recurrence": recurrence, "start": today}
        assert self.desk("plan.set@1", ("plan", plan), **{**said, **given}) == "applied"
        self.act()
        return plan

    def act(self) -> None:
        """Walks are followed, and time acts until nothing is due."""
        self.walk.follow(WalkReader())
        while self.walk.handin(Due()).position:
            pass
        self.walk.follow(WalkReader())

    def forward(self, hours: float) -> None:
        """Time passes and acts; the tablet gets a new token."""
        self.server.clock.forward(hours)
        self.walk.tablet.renew()
        self.act()

    def quarantined(self) -> int:
        """How many ops lie in quarantine: none of the server's own ever does."""
        query = text("SELECT count(*) FROM quarantine")
        return int(self.server.look(lambda s: s.execute(query).scalar_one()))

    def rounds(self, plan: UUID) -> list[State]:
        found = self.server.look(lambda s: records.children(s, self.site, plan))
        return sorted((one for one in found if one.kind == "round"), key=lambda o: o.body["due"])

    def stands(self, plan: UUID) -> list[tuple[str, str]]:
        """Day and hour in UTC of each round, with its state."""
        return [(one.body["due"][8:16].replace("T", " "), one.state) for one in self.rounds(plan)]

    def get(self, subject: UUID) -> State:
        state = self.walk.get(subject)
        assert state is not None
        return state

    def finding(self, round_: UUID) -> State | None:
        return self.walk.get(finding_id("rounds", "round.missed", round_))

    def walks(self, round_: UUID | None, begun: float, ended: float | None) -> UUID:
        """A walk that began and ended so many hours ago, pushed now from without signal."""
        walk = uuid7()
        start = {"def": self.walk.company.definition, "at": self._ago(begun)}
        named = {"round": str(round_)} if round_ else {"note": "no round"}
        ops = [self._op("inspection.start@1", walk, **start, **named)]
        if ended is not None:
            base = [ops[0]["id"]]
            ops.append(self._op("inspection.submit@1", walk, at=self._ago(ended), base=base))
        self._push(ops)
        return walk

    def submits(self, walk: UUID) -> None:
        """A walk that was begun ends now."""
        base = [str(head) for head in self.get(walk).heads]
        self._push([self._op("inspection.submit@1", walk, at=self._ago(0), base=base)])

    def _op(self, type_: str, walk: UUID, **given: Any) -> dict[str, Any]:
        subject = {"kind": "inspection", "id": str(walk)}
        return self.walk.tablet.op(type_, subject=subject, site=self.site, **given)

    def _push(self, ops: list[dict[str, Any]]) -> None:
        receipts = self.walk.tablet.receipts_of(ops, now=self._ago(0))
        assert {one["status"] for one in receipts} == {"applied"}, receipts
        self.act()

    def _ago(self, hours: float) -> dict[str, Any]:
        """What the tablet's clock read: ms since boot run evenly, the wall clock is wrong."""
        mono = self.server.clock() - int(hours * 3_600_000)
        return {"wall": "1970-01-01T00:00:00+08:00", "mono": mono, "boot": BOOT}
