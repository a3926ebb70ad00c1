"""``site``, ``user``, ``audit``, ``migrate``: a company set up from the shell, on both engines."""

from pathlib import Path

import pytest
from sqlalchemy import text
from tests.cli.helping import Line

from fieldops.cli import user, user_sign_in
from fieldops.flow import identity
from fieldops.store import passwords, people
from fieldops.store.engine import open_store

PASSWORD = "correct horse battery"


def test_a_site_is_added_once_and_listed(line: Line):
    made = line.json(
        "site", "add", "CH", "翠湖花园", "--nature", "estate", "--address", "人民路1号"
    )
    assert "CH" in line("site", "list")
    (found,) = line.json("site", "list")
    assert found == {
        "id": made["id"],
        "code": "CH",
        "name": "翠湖花园",
        "nature": "estate",
        "address": "人民路1号",
        "timezone": "",
        "areas": 0,
        "fence": "",
    }
    assert line.problem("site", "add", "CH", "again") == "validation"
    for wrong in (("", "x"), ("A B", "x"), ("A", ""), ("A", "x", "--timezone", "Asia/Shangai")):
        assert line.problem("site", "add", *wrong) == "validation", wrong


def test_a_site_may_have_a_fence(line: Line):
    line("site", "add", "CH", "翠湖花园", "--fence", "31.23, 121.47,300")
    (found,) = line.json("site", "list")
    assert found["fence"] == "31.23, 121.47, 300"
    for wrong in ("31.23,121.47", "31.23,121.47,0", "95,121.47,300", "a,b,c", "1,2,3,4"):
        assert line.problem("site", "add", "TW", "云顶", "--fence", wrong) == "validation", wrong


def test_people_are_added_granted_and_disabled(line: Line):
    line("site", "add", "CH", "翠湖花园")
    line("user", "add", "li", "李雷", "--staff-number", "007")
    line(
        "user", "grant", "li", "inspector", "--site", "CH", "--level", "2", "--until", "2099-12-31"
    )
    line("user", "grant", "li", "supervisor", "--everywhere")
    said = line("user", "list")
    assert "inspector@CH L2…2099-12-31" in said
    assert "supervisor@* L1" in said
    (found,) = line.json("user", "list")
    assert (found["login"], found["name"], found["staff_number"]) == ("li", "李雷", "007")
    inspector = next(one for one in found["grants"] if one["role"] == "inspector")
    assert inspector["sites"] == ["CH"]
    assert inspector["until"].startswith("2100-01-01")
    line("user", "revoke", inspector["id"])
    assert line.problem("user", "revoke", inspector["id"]) == "unknown-name"
    assert len(line.json("user", "list")[0]["grants"]) == 1
    line("user", "disable", "li")
    assert line.json("user", "list") == []
    assert line.problem("user", "disable", "li") == "unknown-name"


def test_team_and_post_are_set_each_by_itself(line: Line):
    line("user", "add", "li", "李雷")
    line("user", "place", "li", "--team", " 夜班 ", "--post", "领班")
    assert "夜班, 领班" in line("user", "place", "li")
    assert line("user", "place", "li", "--post", "").splitlines()[-1].endswith("夜班")
    (found,) = line.json("user", "list")
    assert (found["team"], found["post"]) == ("夜班", "")
    assert line.problem("user", "place", "li", "--team", "x" * 201) == "validation"


def test_secrets_are_asked_twice_and_kept_hashed(line: Line):
    typed = f"{PASSWORD}\n{PASSWORD}\n2580\n2580\n"
    line("user", "add", "han", "韩梅梅", "--password", "--pin", typed=typed)
    assert PASSWORD not in line.result.output
    line("user", "set-password", "han", typed="another horse battery\nanother horse battery\n")
    line("user", "set-pin", "han", typed="1357\n1357\n")
    store = open_store(line.environment["FIELDOPS_DATABASE_URL"])
    with store.read() as session:
        kept = passwords.by_login(session, "han")
        assert kept is not None
        assert identity.verify_secret(kept.hash, "another horse battery")
        assert identity.verify_secret(people.pins(session, [kept.user])[kept.user], "1357")
    store.close()


def test_secrets_may_come_from_the_environment(sqlite_line: Line):
    sqlite_line.environment |= {user_sign_in.PASSWORD_ENV: PASSWORD, user.PIN_ENV: "2580"}
    sqlite_line("user", "add", "han", "韩梅梅", "--password", "--pin")
    assert sqlite_line.json("user", "list")[0]["login"] == "han"


@pytest.mark.parametrize(
    ("command", "typed", "slug"),
    [
        ("set-password", "short\nshort\n", "password-unfit"),
        ("set-pin", "12\n12\n", "validation"),
        ("set-pin", "12ab\n12ab\n", "validation"),
    ],
)
def test_weak_secrets_are_refused_with_advice(
    sqlite_line: Line, command: str, typed: str, slug: str
):
    sqlite_line("user", "add", "han", "韩梅梅")
    assert sqlite_line.problem("user", command, "han", typed=typed) == slug


def test_a_secret_that_nobody_types_ends_the_command(sqlite_line: Line):
    sqlite_line("user", "add", "han", "韩梅梅")
    assert sqlite_line.run("user", "set-pin", "han").exit_code == 1
    assert "FIELDOPS_NEW_PIN" in sqlite_line("user", "set-pin", "--help")


def test_bad_names_are_problems(line: Line):
    line("user", "add", "li", "李雷")
    assert line.problem("user", "add", "li", "another") == "validation"
    assert line.problem("user", "add", "han mei", "韩梅梅") == "validation"
    assert line.problem("user", "add", "han", "") == "validation"
    said = line.run("user", "add", "han", "", lang="zh-CN").stderr
    assert "name：“姓名”是空的。 请填写。" in said
    assert line.problem("user", "set-pin", "nobody", typed="1357\n1357\n") == "unknown-name"
    assert line.problem("user", "grant", "li", "inspector", "--site", "NOPE") == "unknown-name"
    assert line.problem("user", "grant", "nobody", "ops", "--everywhere") == "unknown-name"


def test_two_sites_of_one_name_need_the_code(sqlite_line: Line):
    for code in ("A", "B"):
        sqlite_line("site", "add", code, "翠湖花园")
    sqlite_line("user", "add", "li", "李雷")
    grant = ("user", "grant", "li", "inspector", "--site")
    assert sqlite_line.problem(*grant, "翠湖花园") == "ambiguous-name"
    sqlite_line(*grant, "A")
    sqlite_line(*grant, sqlite_line.json("site", "list")[1]["id"])


def test_wrong_usage_of_grants(sqlite_line: Line):
    said = sqlite_line.wrong_usage("user", "grant", "li", "ops")
    assert "--everywhere" in said
    both = ("--site", "A", "--everywhere")
    assert "--everywhere" in sqlite_line.wrong_usage("user", "grant", "li", "ops", *both)
    assert "king" in sqlite_line.wrong_usage("user", "grant", "li", "king", "--everywhere")
    until = ("--everywhere", "--until", "tomorrow")
    assert "2026-12-31" in sqlite_line.wrong_usage("user", "grant", "li", "ops", *until)
    past = ("--everywhere", "--until", "2020-12-31")
    assert "past" in sqlite_line.wrong_usage("user", "grant", "li", "ops", *past)


def test_a_person_is_named_by_id_too(sqlite_line: Line):
    made = sqlite_line.json("user", "add", "li", "李雷")
    sqlite_line("user", "grant", made["id"], "ops", "--everywhere")
    assert len(sqlite_line.json("user", "list")[0]["grants"]) == 1


def test_the_audit_names_who_did_what(line: Line):
    line("site", "add", "CH", "翠湖花园")
    line("user", "add", "li", "李雷")
    rows = line.json("audit", "list")
    assert [row["action"] for row in rows] == ["user.add", "site.set"]
    assert {row["actor"] for row in rows} == {"system"}
    assert [row["action"] for row in line.json("audit", "list", "--action", "site.")] == [
        "site.set"
    ]
    assert len(line.json("audit", "list", "--limit", "1")) == 1
    assert "user.add" in line("audit", "list")


def test_migrate_says_from_where_to_where(empty_database_url: str, tmp_path: Path):
    line = Line(tmp_path / "data", empty_database_url)
    assert line.json("migrate")["before"] is None
    assert "数据库已是版本 0001" in line("migrate", lang="zh-CN")


def test_a_postgresql_of_an_older_version_waits_for_migrate(
    postgres_database: str, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    from fieldops.store import migrate

    line = Line(tmp_path / "data", postgres_database)
    line("migrate")
    store = open_store(postgres_database)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    store.close()
    known = ["0000", *migrate.numbers()]
    monkeypatch.setattr(migrate, "numbers", lambda: known)
    assert line.problem("site", "list") == "schema-outdated"
