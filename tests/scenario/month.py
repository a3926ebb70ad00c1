"""A month at a company of three sites, played through the real mouths with the clock in hand.

    october = Month(server)
    october.at("2026-10-05T09:20")      time passes, and acts on what has come due
    october.walk("A", floor="fail")     a walk of that morning, sent now
    october.settle()                    readers follow, time acts

Nothing is put into a table by hand: tablets push, the desk and the server enter ops, the readers
of the log judge, and the sweep lets time act.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session
from tests.factories import Server, Tablet, add_person, enrol_tablet, publish
from tests.flow.following import CHECKLIST, default_reader

from fieldops.flow import identity, setup
from fieldops.flow.assess import Figures, Question, cases, figures
from fieldops.flow.assessread import Life, lives
from fieldops.flow.enter import desk_op, enter_desk
from fieldops.flow.follow import LogReader, step
from fieldops.flow.handin import Due
from fieldops.flow.react import DirectHandin
from fieldops.flow.setup import SYSTEM
from fieldops.flow.timing import rfc3339
from fieldops.flow.walkreader import WalkReader
from fieldops.model.access import Role
from fieldops.model.assessment import Case
from fieldops.model.record import State
from fieldops.rules.assessmentperiods import read_period, read_until
from fieldops.store import caselog, records
from fieldops_sync.ids import finding_id, result_id, uuid7

ZONE = "Asia/Shanghai"
SITES = {"A": "翠湖花园", "B": "云顶大厦", "C": "江湾一号"}
_BOOT = "since-september"
_BOOTED_MS = int(datetime.fromisoformat("2026-09-01T00:00:00+08:00").timestamp() * 1000)


def ms(text: str) -> int:
    """The instant of a time in Shanghai, such as 2026-10-05T09:20."""
    return int(datetime.fromisoformat(text + "+08:00").timestamp() * 1000)


def here(instant: str | None) -> str | None:
    """An instant as the wall clock in Shanghai shows it: ``10-05 09:20``."""
    if instant is None:
        return None
    moment = datetime.fromisoformat(instant).timestamp() + 8 * 3600
    return datetime.fromtimestamp(moment, tz=_UTC).strftime("%m-%d %H:%M")


_UTC = datetime.fromisoformat("1970-01-01T00:00:00+00:00").tzinfo


class Month:
    """Three sites, at each an inspector and a cleaner with a tablet; one supervisor for all."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.checklist = publish(server, CHECKLIST)
        self.sites = {name: uuid7() for name in SITES}
        self.handin = DirectHandin(server.core.store, server.clock)
        self.readers: list[LogReader] = [default_reader(), WalkReader()]
        self.inspectors: dict[str, UUID] = {}
        self.cleaners: dict[str, UUID] = {}
        server.do(self._found)
        self.tablets: dict[str, Tablet] = {
            name: enrol_tablet(server, [self.inspectors[name], self.cleaners[name]], site)
            for name, site in self.sites.items()
        }

    def _found(self, session: Session) -> None:
        now_ms = self.server.clock()
        for name, site in self.sites.items():
            about = {"name": SITES[name], "timezone": ZONE}
            setup.put_site(session, site, about, SYSTEM, now_ms)
            self.inspectors[name] = add_person(session, Role.INSPECTOR, {site}, now_ms=now_ms)
            self.cleaners[name] = add_person(session, Role.INSPECTOR, {site}, now_ms=now_ms)
        self.supervisor = add_person(session, Role.SUPERVISOR, None, now_ms=now_ms)

    # Time

    def at(self, text: str) -> None:
        """Time passes until then, and acts."""
        assert ms(text) >= self.server.clock(), text
        self.server.clock.now_ms = ms(text)
        self._act()

    def settle(self) -> None:
        """Readers follow what has come, and time acts on what is due by that."""
        for reader in self.readers:
            self._follow(reader)
        self._act()
        self._follow(self.readers[1])

    def _follow(self, reader: LogReader) -> None:
        while step(self.server.core.store, self.handin, reader, 3) is not None:
            pass

    def _act(self) -> None:
        while self.handin(Due()).position:
            pass

    # What people do

    def plan(self, name: str, until: str, **given: Any) -> UUID:
        """A round at nine every day from today on, of an hour, with two more to wait for it."""
        plan = uuid7()
        said: dict[str, Any] = {
            "checklists": ["daily"],
            "recurrence": {"every": "day", "at": ["09:00"]},
            "start": "2026-10-01",
            "until": until,
            "early_minutes": 15,
            "late_minutes": 60,
            "wait_minutes": 120,
            "people": [str(self.inspectors[name])],
        }
        self.desk(name, "plan.set@1", ("plan", plan), **{**said, **given})
        self._act()
        return plan

    def rounds(self, name: str, plan: UUID) -> dict[str, State]:
        """The rounds of a plan by their day, such as 10-05."""
        found = self.server.look(lambda s: records.children(s, self.sites[name], plan))
        return {str(here(one.body["due"]))[:5]: one for one in found if one.kind == "round"}

    def walk(
        self,
        name: str,
        begun: str,
        round_: UUID | None = None,
        floor: str = "pass",
        glass: str = "pass",
        **given: Any,
    ) -> UUID:
        """A walk of twenty minutes that began then; the tablet sends it now."""
        walk, tablet, at_ms = uuid7(), self.tablets[name], ms(begun)
        cites = {"def": self.checklist, "site": self.sites[name]}
        subject = {"kind": "inspection", "id": str(walk)}
        payload = {**given, **({"round": str(round_)} if round_ else {})}
        start = tablet.op(
            "inspection.start@1", subject=subject, at=_at(at_ms), payload=payload, **cites
        )
        ops = [start]
        for minutes, (item, outcome) in enumerate({"floor": floor, "glass": glass}.items(), 5):
            answer = {"inspection": str(walk), "item": item, "value": outcome}
            moment = _at(at_ms + minutes * 60_000)
            ops.append(tablet.op("result.record@1", payload=answer, at=moment, **cites))
        end = {"subject": subject, "base": [start["id"]], "payload": {"results": 2}}
        ops.append(tablet.op("inspection.submit@1", at=_at(at_ms + 20 * 60_000), **end, **cites))
        self.push(name, *ops)
        return walk

    def rate(self, name: str, walk: UUID, **ratings: int) -> None:
        """A resident rates what he saw on a walk, now."""
        rated = {dimension: {"perceived": one} for dimension, one in ratings.items()}
        said: dict[str, Any] = {"nature": "rating", "ratings": rated, "inspection": str(walk)}
        self.tablet(name, "feedback.record@1", ("feedback", uuid7()), **said)

    def complain(self, name: str, said: str = "", **given: Any) -> UUID:
        """A resident complains to the inspector, now or at a time that is told only now."""
        subject = uuid7()
        members: dict[str, Any] = {"nature": "complaint", "text": "电梯厅地面脏", **given}
        self.tablet(name, "feedback.record@1", ("feedback", subject), said, **members)
        self._act()
        return subject

    def handle(self, name: str, complaint: UUID, step_: str, **given: Any) -> None:
        """A step of whoever took a complaint, on the tablet, now."""
        self.tablet(name, "complaint.handle@1", ("feedback", complaint), step=step_, **given)
        self._act()

    def tablet(
        self, name: str, kind: str, subject: tuple[str, UUID], happened: str = "", **payload: Any
    ) -> None:
        """An op of a site's tablet, by its inspector if by nobody else, now or at a time."""
        at_ms = ms(happened) if happened else self.server.clock()
        actor = payload.pop("actor", self.inspectors[name])
        named = {"kind": subject[0], "id": str(subject[1])}
        op = self.tablets[name].op(
            kind, subject=named, at=_at(at_ms), payload=payload, actor=actor, site=self.sites[name]
        )
        self.push(name, op)

    def push(self, name: str, *ops: Any) -> None:
        """The tablet sends ops now; each must take effect."""
        tablet, now_ms = self.tablets[name], self.server.clock()
        made = identity.make_token(self.server.core.secret, tablet.device, now_ms)
        tablet.token = made.access_token
        receipts = tablet.receipts_of(list(ops), now=_at(now_ms))
        assert {one["status"] for one in receipts} == {"applied"}, receipts

    def desk(self, name: str, kind: str, subject: tuple[str, UUID], **payload: Any) -> None:
        """An op of the supervisor, now."""
        now_ms, known = self.server.clock(), self.find(subject[1])
        base = known.heads if known else ()
        op = desk_op(kind, subject, self.sites[name], self.supervisor, payload, now_ms, base)
        done = self.server.do(lambda s: enter_desk(s, [op], self.supervisor, now_ms))
        assert done.receipts[0].status == "applied", done.receipts

    def rectify(self, name: str, finding: UUID, happened: str = "") -> None:
        """The cleaner reports that it is put right, now or at a time that is told only now."""
        about = ("finding", finding)
        self.tablet(
            name,
            "rectification.report@1",
            about,
            happened,
            actor=self.cleaners[name],
            note="已整改",
        )
        self._act()

    def recheck(self, name: str, finding: UUID, outcome: str, **given: Any) -> None:
        """The supervisor looks again, now."""
        self.desk(name, "recheck.record@1", ("finding", finding), outcome=outcome, **given)
        self._act()

    # What came of it

    def find(self, subject: UUID) -> State | None:
        return self.server.look(lambda s: records.get_one(s, subject))

    def get(self, subject: UUID) -> State:
        """A record as it stands."""
        found = self.find(subject)
        assert found is not None
        return found

    def failed(self, walk: UUID, item: str) -> UUID:
        """The finding of a failed item."""
        return finding_id("builtin", "failed", result_id(walk, item))

    @staticmethod
    def missed(round_: UUID) -> UUID:
        """The finding of a missed round."""
        return finding_id("rounds", "round.missed", round_)

    def question(self, *names: str, as_of: str = "", **given: Any) -> Question:
        """October of some sites, of all if none is named."""
        period = read_period("2026-10")
        assert period is not None
        return Question(
            sites=[self.sites[name] for name in names or SITES],
            period=period,
            now_ms=self.server.clock(),
            timezone=ZONE,
            until_ms=read_until(as_of, ZONE) if as_of else None,
            **given,
        )

    def ask(self, *names: str, as_of: str = "", **given: Any) -> Figures:
        """The figures of October."""
        asked = self.question(*names, as_of=as_of, **given)
        return self.server.look(lambda s: figures(s, asked))

    def cases(self, asked: Question) -> list[Case]:
        """Everything that the figures count."""
        return self.server.look(lambda s: list(cases(s, asked)))

    def lives(self) -> dict[UUID, Life]:
        """Every walk, feedback, finding and round of the month, made again from its ops."""

        def query(session: Session) -> dict[UUID, Life]:
            stretch = caselog.span(session, ms("2026-10-01T00:00"))
            return {
                subject: life
                for site in self.sites.values()
                for rounds in (False, True)
                for subject, life in lives(session, site, stretch, rounds)
            }

        return self.server.look(query)


def _at(at_ms: int) -> dict[str, Any]:
    """What a tablet's clocks show at a moment: the count since boot is right, the wall is not."""
    return {"wall": rfc3339(at_ms - 86_400_000), "mono": at_ms - _BOOTED_MS, "boot": _BOOT}
