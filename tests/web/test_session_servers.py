"""What one server process ends is over at every other, on both databases.

By itself, since what only PostgreSQL runs is not measured, and a server that other tests share
would not be measured after it (``tests/measuring.py``).
"""

import time
from pathlib import Path

from tests.factories import running
from tests.web.desks import API, Browser, add_desk_user, slug

from fieldops.flow import setup
from fieldops.model.access import Grant, Role


def seen_ms(desk: Browser) -> int:
    """How long after its beginning the one session of a person was last used."""
    (row,) = desk.ask("GET", f"{API}/sessions").json()
    return int(row["seen_ms"] - row["made_ms"])


def test_ending_acts_at_once_on_every_server(tmp_path: Path, database_url: str):
    with running(database_url, tmp_path / "a") as one, running(database_url, tmp_path / "b") as two:
        user = add_desk_user(one, "fang")
        desk = Browser(one)
        desk.open(user)
        desk.server = two
        two.clock.forward(0.02)
        assert desk.ask("GET", f"{API}/me").status_code == 200
        used = seen_ms(desk)
        for _ in range(500):  # It is written beside the request.
            if used:
                break
            time.sleep(0.01)
            used = seen_ms(desk)
        assert used == 72_000
        one.do(lambda s: setup.add_grant(s, user, Grant(Role.OPS), user, one.clock()))
        assert slug(desk.ask("GET", f"{API}/me")) == "session-over"
