"""``user``: passwords by the profile, and who is signed in where."""

import pytest
from tests.cli.helping import Line
from tests.factories import NOON_MS

from fieldops.cli import user_sign_in
from fieldops.flow import sessions
from fieldops.flow.sessions import Caller, Lifetimes
from fieldops.store import identities, people
from fieldops.store.engine import open_store
from fieldops.web.core import now_ms

OLD, NEW = "correct horse battery", "an old piano on the roof"


@pytest.fixture
def han(sqlite_line: Line) -> Line:
    """A line on a database with one person and her password."""
    sqlite_line.environment |= {user_sign_in.PASSWORD_ENV: OLD}
    sqlite_line("user", "add", "han", "韩梅梅", "--password")
    return sqlite_line


def test_ones_own_password_needs_the_old_one(han: Line):
    han.environment |= {user_sign_in.OLD_ENV: "wrong", user_sign_in.PASSWORD_ENV: NEW}
    assert han.problem("user", "change-password", "han") == "sign-in-failed"
    han.environment |= {user_sign_in.OLD_ENV: OLD, user_sign_in.PASSWORD_ENV: "short"}
    assert "at least 15 characters" in han.run("user", "change-password", "han").output
    assert "至少需要 15 个字符" in han.run("user", "change-password", "han", lang="zh-CN").output
    han.environment[user_sign_in.PASSWORD_ENV] = NEW
    assert "sign in anew" in han("user", "change-password", "han")
    assert han.problem("user", "change-password", "han") == "sign-in-failed"


def test_a_reset_is_shown_once_and_marked_in_the_list(han: Line):
    assert [one["password"] for one in han.json("user", "list")] == [
        {"has": True, "once": False, "due": False, "soon": False, "until": None}
    ]
    made = han.json("user", "reset-password", "han")
    assert len(made["password"]) == 24
    assert han.json("user", "list")[0]["password"]["due"] is True
    assert "to be changed" in han("user", "list")
    del han.environment[user_sign_in.PASSWORD_ENV]
    han("user", "add", "li", "李雷")
    assert "—" in han("user", "list")


def test_the_list_says_when_a_password_runs_out(han: Line):
    assert "✓" in han("user", "list")
    han.environment["FIELDOPS_PASSWORD_PROFILE"] = "cn-mlps"
    until = han.json("user", "list")[0]["password"]["until"]
    assert f"…{until[:10]}" in han("user", "list")


def test_sign_ins_are_listed_and_ended(han: Line):
    store = open_store(f"sqlite:///{han.data_dir / 'fieldops.db'}")
    with store.read() as session:
        user = people.user_id(session, "han")
    assert user is not None
    caller = Caller("203.0.113.77", "Firefox/140")
    lives = Lifetimes.of(12, 60)
    store.write(lambda s: sessions.open_session(s, user, caller, lives, now_ms())).result()
    store.write(lambda s: identities.link(s, "https://sso.example", "7", user, NOON_MS)).result()
    store.close()
    (found,) = han.json("user", "sessions", "han")
    assert (found["agent"], found["address"]) == ("Firefox/140", "203.0.113.0/24")
    assert "Firefox/140" in han("user", "sessions", "han")
    assert han.json("user", "sign-out", "han")["ended"] == 1
    assert han.json("user", "sessions", "han") == []
    assert [han.json("user", "unlink", "han")["ended"] for _ in range(2)] == [1, 0]
