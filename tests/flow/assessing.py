"""A company whose work is assessed: things happen at one time and are told at another.

made.at(day, hour)                    the server's clock stands there
made.walk(site, earned, happened=…)   a walk with its score, sent now
made.ask("2026-10")                   the figures as they are now, or as of an evening
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.factories import Clock, Company, Server, Tablet, enrol_tablet, found_company, running

from fieldops.flow.assess import Figures, Question, figures
from fieldops.flow.enter import desk_op, enter_desk, enter_server, server_op
from fieldops.flow.handin import Due
from fieldops.flow.react import DirectHandin
from fieldops.flow.timing import rfc3339
from fieldops.rules.assessmentperiods import read_period, read_until
from fieldops.store import batch
from fieldops_sync.ids import uuid7

ZONE = "Asia/Shanghai"
_TOKEN_MS = 10 * 60_000
_BOOT = "boot-of-october"
_BOOT_MS = int(datetime.fromisoformat("2026-09-01T00:00:00+08:00").timestamp() * 1000)


def ms(text: str) -> int:
    """The instant of a time in Shanghai, such as 2026-10-05T09:00."""
    return int(datetime.fromisoformat(text + "+08:00").timestamp() * 1000)


class Assessing:
    """A server, its company, and a tablet that works on both sites."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.clock: Clock = server.clock
        self.company: Company = found_company(server)
        self.site, self.other = self.company.site, self.company.other_site
        self.inspector = self.company.inspector
        self.tablet: Tablet = enrol_tablet(server, [self.inspector], self.site)
        self._token_ms = 0

    def at(self, text: str) -> None:
        """Put the server's clock to a time in Shanghai."""
        self.clock.now_ms = ms(text)

    def act(self) -> None:
        """Time acts on what is due."""
        handin = DirectHandin(self.server.core.store, self.clock)
        while handin(Due()).position:
            pass

    def send(self, *ops: dict[str, Any]) -> None:
        """The tablet sends ops now."""
        now_ms = self.clock()
        if now_ms >= self._token_ms:
            assert self.tablet.renew().status_code == 200
            self._token_ms = now_ms + _TOKEN_MS
        now = {"wall": rfc3339(now_ms), "mono": now_ms - _BOOT_MS, "boot": _BOOT}
        receipts = self.tablet.receipts_of(list(ops), now=now)
        assert {one["status"] for one in receipts} <= {"applied", "merged"}, receipts

    def op(self, kind: str, subject: tuple[str, UUID], happened_ms: int, **given: Any) -> Any:
        """An op of the tablet, made at a time."""
        at = {"wall": rfc3339(happened_ms), "mono": happened_ms - _BOOT_MS, "boot": _BOOT}
        named = {"kind": subject[0], "id": str(subject[1])}
        return self.tablet.op(kind, subject=named, at=at, **given)

    def walk(self, happened: str, **given: Any) -> UUID:
        """A walk that was made at a time, and is sent now."""
        walk, at_ms = uuid7(), ms(happened)
        start = self.op("inspection.start@1", ("inspection", walk), at_ms, payload=given)
        base = {"base": [start["id"]], "payload": {}}
        self.send(start, self.op("inspection.submit@1", ("inspection", walk), at_ms, **base))
        return walk

    def score(self, walk: UUID, earned: str, possible: str = "100") -> None:
        """The server scores a walk, or scores it anew."""
        payload = {
            "score": str(round(100 * float(earned) / float(possible), 2)),
            "earned": earned,
            "possible": possible,
            "scorer": "builtin",
        }
        self.by_server("inspection.score@1", ("inspection", walk), payload)

    def rate(self, happened: str, ratings: dict[str, int], **given: Any) -> UUID:
        """A resident rated something at a time; it is sent now."""
        feedback = uuid7()
        rated = {name: {"perceived": one} for name, one in ratings.items()}
        payload = {"nature": "rating", "ratings": rated, **given}
        op = self.op("feedback.record@1", ("feedback", feedback), ms(happened), payload=payload)
        self.send(op)
        return feedback

    def login(self, user: UUID) -> str:
        """The login of a person."""
        query = "SELECT login FROM user_account WHERE id = :id"
        found = self.server.look(lambda s: batch.run(s, query, id=user.bytes))
        return str(found[0][0])

    def by_server(self, kind: str, subject: tuple[str, UUID], payload: dict[str, Any]) -> None:
        """The server does something now."""
        now_ms = self.clock()
        op = server_op(kind, subject, self.site, f"test:{now_ms}", payload)
        done = self.server.do(lambda s: enter_server(s, [op], now_ms))
        assert done.receipts[0].status == "applied", done.receipts

    def by_desk(
        self,
        kind: str,
        subject: tuple[str, UUID],
        payload: dict[str, Any],
        base: Sequence[UUID] = (),
        who: UUID | None = None,
    ) -> None:
        """Somebody at a desk does something now: the supervisor, if nobody else."""
        now_ms, actor = self.clock(), who or self.company.supervisor
        op = desk_op(kind, subject, self.site, actor, payload, now_ms, base)
        done = self.server.do(lambda s: enter_desk(s, [op], actor, now_ms))
        assert done.receipts[0].status in ("applied", "merged", "conflict"), done.receipts

    def question(self, period: str, as_of: str = "", **given: Any) -> Question:
        """A question about the first site, if about no other."""
        asked = read_period(period)
        assert asked is not None
        until_ms = read_until(as_of, ZONE) if as_of else None
        filled = {"sites": [self.site], "now_ms": self.clock(), "timezone": ZONE, **given}
        return Question(period=asked, until_ms=until_ms, **filled)

    def ask(self, period: str, as_of: str = "", **given: Any) -> Figures:
        """The figures of a period."""
        asked = self.question(period, as_of, **given)
        return self.server.look(lambda s: figures(s, asked))


@contextmanager
def assessing(database_url: str, folder: Path, **more: Any) -> Iterator[Assessing]:
    """A server at the beginning of October with its company."""
    with running(database_url, folder, Clock(ms("2026-10-01T00:00")), **more) as server:
        yield Assessing(server)
