"""The demo's desk: what a supervisor does and sees, over the same API as everybody."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx

from fieldops.cli.demo_company import Staff
from fieldops.cli.demo_server import DemoFailed

TIMEOUT_S = 30.0


class Desk:
    """Somebody signed in at a desk; use it in a ``with`` block."""

    def __init__(self, url: str, person: Staff) -> None:
        self._http = httpx.Client(base_url=f"{url}/api/v1", timeout=TIMEOUT_S, trust_env=False)
        login = {"login": person.plan.login, "password": person.password, "kind": "bearer"}
        token = self.post("session", login)["token"]
        self._http.headers["authorization"] = f"Bearer {token}"

    def __enter__(self) -> "Desk":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **query: str) -> Any:
        """What the API shows; raises ``DemoFailed`` with its problem."""
        return _checked(self._http.get(path, params=query))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """What the API answers; raises ``DemoFailed`` with its problem."""
        return _checked(self._http.post(path, json=body))

    def records(self, kind: str, inspection: UUID) -> list[dict[str, Any]]:
        """The records of a kind that belong to an inspection."""
        listed = self._every("records", kind=kind)
        return [one for one in listed if one.get("inspection") == str(inspection)]

    def quarantined(self, state: str = "open") -> list[dict[str, Any]]:
        """The quarantined ops of this person's sites."""
        return self._every("quarantine", state=state)

    def repair(self, op: UUID, members: Mapping[str, Any]) -> dict[str, Any]:
        """Put members over a quarantined op; returns the receipt that stands from now on."""
        receipt: dict[str, Any] = self.post(f"quarantine/{op}/repair", {"op": members})
        return receipt

    def _every(self, path: str, **query: str) -> list[dict[str, Any]]:
        """The items of all pages of a list."""
        found: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(path, **query, cursor=cursor, limit="200")
            found += page["items"]
            cursor = page["cursor"]
        return found


def _checked(response: httpx.Response) -> Any:
    if response.is_error:
        what = f"{response.request.method} {response.request.url.path}"
        raise DemoFailed(f"{what}: {response.status_code} {response.text}")
    return response.json()
