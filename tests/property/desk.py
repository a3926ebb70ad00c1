"""The supervisor of the random walk: decides things at the desk, over the API."""

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

from tests.factories import Server, make_op, sign_in
from tests.property.device import VALUES

_A_YEAR_MS = 365 * 24 * 3600 * 1000
"""The walk of a week outlives a token of hours."""


class Desk:
    """One supervisor; ``written`` are the ids of the ops that got receipts."""

    def __init__(
        self, server: Callable[[], Server], person: UUID, site: UUID, dice: Random
    ) -> None:
        self.written: list[UUID] = []
        self._server, self._person, self._site, self._dice = server, person, site, dice
        self._headers = sign_in(server(), person, server().clock() + _A_YEAR_MS)

    def act(self) -> None:
        """The supervisor decides something at the desk."""
        acts = (
            self._edit,
            self._edit,
            self._review,
            self._mend,
            self._decide,
            self._waive,
        )
        self._dice.choice(acts)()

    def _edit(self) -> None:
        """Correct a result, knowingly or on a stale page."""
        for view in self._some("result"):
            keys = {name: view["body"][name] for name in ("inspection", "item")}
            stale = self._dice.random() < 0.3
            self._write(
                "result.record@1",
                view,
                base=[] if stale else view["heads"],
                payload={**keys, "value": self._dice.choice(VALUES)},
            )

    def _review(self) -> None:
        for view in self._some("inspection"):
            if self._dice.random() < 0.5:
                self._write("inspection.reopen@1", view, reason="look again")
            else:
                verdict = self._dice.choice(("approved", "returned"))
                self._write("review.decide@1", view, verdict=verdict)

    def _waive(self) -> None:
        for view in self._some("photo"):
            if view["state"] == "awaiting":
                self._write("photo.waive@1", view, reason="the tablet is gone")

    def _decide(self) -> None:
        for view in self._get("conflicts")[:1]:
            name = sorted(view["conflict"])[0]
            chosen = self._dice.choice([view["body"][name], view["conflict"][name][0]["value"]])
            self._write("conflict.resolve@1", view, set={name: chosen})

    def _mend(self) -> None:
        """Replay or discard something that stands in quarantine."""
        for item in self._get("quarantine")[:1]:
            act = self._dice.choice(("replay", "discard"))
            path = f"/api/v1/quarantine/{item['op']}/{act}"
            body = {"reason": "not needed"} if act == "discard" else None
            answer = self._server().client.post(path, json=body, headers=self._headers)
            assert answer.status_code < 500, (answer.status_code, answer.text)

    def _some(self, kind: str) -> list[dict[str, Any]]:
        found = self._get(f"records?kind={kind}&limit=200")
        return [self._dice.choice(found)] if found else []

    def _get(self, path: str) -> list[dict[str, Any]]:
        answer = self._server().client.get(f"/api/v1/{path}", headers=self._headers)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def _write(self, kind: str, view: dict[str, Any], **given: Any) -> None:
        """Write one op at the desk, sometimes twice, as an impatient person does."""
        given.setdefault("base", view["heads"])
        subject = {"kind": view["kind"], "id": view["id"]}
        op = make_op(kind, self._site, self._person, subject=subject, **given)
        for _ in range(self._dice.choice((1, 1, 2))):
            body = {"ops": [op]}
            answer = self._server().client.post("/api/v1/ops", json=body, headers=self._headers)
            assert answer.status_code == 200, (answer.status_code, answer.text)
        self.written.append(UUID(op["id"]))
