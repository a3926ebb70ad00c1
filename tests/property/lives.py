"""Random lives of records, each with a model beside it that says what is to become of every step.

    rule ─ who, which way (route, /ops, tablet), which step ─→ Stage.take ─→ applied, or why not
    model ─ what it should be, and where the record then stands ──────────→ held against the record

A step that is refused at a route leaves nothing behind; one that comes by an op is in quarantine
and has changed nothing else.
"""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from sqlalchemy import text
from sqlmodel import Session
from tests.factories import Server, add_person, enrol_tablet, found_company, make_op, sign_in
from tests.flow.following import CHECKLIST, Walk
from tests.flow.patrol import Patrol

from fieldops.flow import identity
from fieldops.model.access import Role
from fieldops.model.record import State
from fieldops.store import log, records

API = "/api/v1"
APPLIED = "applied"
_AS_OP = {"forbidden": "not-permitted", "record-voided": "voided-subject"}
"""What a desk is told, in the words of a receipt."""
WALK, DESK = frozenset({"ann", "bo", "sue", "tim"}), frozenset({"sue", "tim"})
"""Two inspectors and two supervisors of one site: who walks there, and who decides."""
PEOPLE = sorted(WALK)
WAYS = ("route", "ops", "tablet")
_SECOND = (Role.INSPECTOR, Role.SUPERVISOR)


class Stage:
    """One server with one company: what all lives of a test share."""

    def __init__(self, server: Server) -> None:
        self.server, self.company = server, found_company(server, CHECKLIST)
        site = {self.company.site}
        more = server.do(lambda s: [add_person(s, role, site) for role in _SECOND])
        ann, sue = self.company.inspector, self.company.supervisor
        self.people: dict[str, UUID] = {"ann": ann, "bo": more[0], "sue": sue, "tim": more[1]}
        crew = [*self.people.values()]
        self.tablet = enrol_tablet(server, crew, self.company.site)
        self.patrol = Patrol(Walk(server, self.company, self.tablet))

    def take(
        self,
        way: str,
        who: str,
        record: tuple[str, UUID],
        op_type: str,
        payload: dict[str, Any],
        path: str,
    ) -> str:
        """Take a step one way: ``applied``, or why not; a refusal has written nothing else."""
        before, standing = self._written(), self.get(record[1])
        if way == "route":
            told = self._route(self.people[who], path, payload)
        else:
            told = self._op(way, self.people[who], record, op_type, payload)
        if told != APPLIED:
            assert self.get(record[1]) == standing
            log_head, quarantined = before
            assert self._written() == (log_head, quarantined + (way != "route"))
        return told

    def get(self, record: UUID) -> State | None:
        return self.server.look(lambda s: records.get_one(s, record))

    def act(self) -> None:
        """Walks are followed, time acts until nothing is due, and none of it is refused."""
        before = self._written()[1]
        self.patrol.act()
        assert self._written()[1] == before

    def forward(self, hours: float) -> None:
        self.server.clock.forward(hours)
        self._renew()
        self.act()

    def _route(self, who: UUID, path: str, payload: dict[str, Any]) -> str:
        headers = sign_in(self.server, who)
        answer = self.server.client.post(f"{API}{path}", json=payload, headers=headers)
        if answer.status_code == 200:
            return APPLIED
        slug = str(answer.json()["type"]).rsplit("/", 1)[-1].rsplit(":", 1)[-1]
        assert answer.status_code == {"forbidden": 403}.get(slug, 409), answer.text
        return _AS_OP.get(slug, slug)

    def _op(
        self, way: str, who: UUID, record: tuple[str, UUID], op_type: str, payload: dict[str, Any]
    ) -> str:
        subject = {"kind": record[0], "id": str(record[1])}
        standing = self.get(record[1])
        base = [str(head) for head in standing.heads] if standing else []
        given = {"subject": subject, "base": base, "payload": payload}
        if way == "ops":
            op = make_op(op_type, self.company.site, who, **given)
            answer = self.server.client.post(
                f"{API}/ops", json={"ops": [op]}, headers=sign_in(self.server, who)
            )
            assert answer.status_code == 200, answer.text
            receipt: Mapping[str, Any] = answer.json()["receipts"][0]
        else:
            self._renew()
            op = self.tablet.op(op_type, actor=who, **given)
            receipt = self.tablet.receipts_of([op])[0]
        return str(receipt.get("reason") or receipt["status"])

    def _renew(self) -> None:
        secret, now_ms = self.server.core.secret, self.server.clock()
        self.tablet.token = identity.make_token(secret, self.tablet.device, now_ms).access_token

    def _written(self) -> tuple[int, int]:
        """The head of the log, and how much lies in quarantine."""

        def query(session: Session) -> tuple[int, int]:
            count = session.execute(text("SELECT count(*) FROM quarantine")).scalar_one()
            return log.counter(session), int(count)

        return self.server.look(query)


class Life(RuleBasedStateMachine):
    """One record and the model of it; ``stage`` is set by ``play``."""

    stage: ClassVar[Stage]
    taken: ClassVar[dict[str, int]]
    """How many steps had each end, over all lives of a run."""

    def note(self, told: str) -> None:
        self.taken[told] = self.taken.get(told, 0) + 1


def play(
    life: type[Life], stage: Stage, examples: int, steps: int, *, fixed: bool
) -> dict[str, int]:
    """Play so many lives of so many steps at most; how many steps were taken, and refused, how.

    ``fixed`` plays the same lives each time.
    """
    taken: dict[str, int] = {}
    bound = type(life.__name__, (life,), {"stage": stage, "taken": taken})
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=fixed,
        phases=[Phase.generate] if fixed else [Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(bound, settings=how)
    return taken
