"""Sites, areas and people from files: all of them or nothing, and the same again changes nothing.

    file ─ tables ─ check against the database ─┬─ every fault with line, column, what to write
                                                └─ Plan ─ apply ─→ counts of new, changed, same

What is matched by: sites by their code, areas by site and code, people by login, grants by all they
say.  An empty cell leaves what is there.  A password or PIN is taken only for who has none yet, so
that importing a file again does not undo what people chose since.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlmodel import Session

from fieldops.flow import accounts, identity, setup
from fieldops.flow.columns import KINDS, Kind, kind_of
from fieldops.flow.importrows import Account, Checker, Plan, site_id
from fieldops.flow.sheet import Table
from fieldops.model.fault import Fault
from fieldops.store import people

__all__ = ["Plan", "Secrets", "apply", "hash_secrets", "plan", "site_id"]


def plan(
    session: Session, tables: Sequence[Table], kind: Kind | None, now_ms: int
) -> Plan | list[Fault]:
    """Check tables against the database: what is to be done, or every fault in order of line."""
    checker = Checker(session, now_ms)
    for wanted in KINDS:
        for table in tables:
            if (kind or kind_of(table)) == wanted:
                checker.take(table, wanted)
    for table in tables:
        if kind is None and kind_of(table) is None:
            checker.reject_kind(table)
    checker.check_parents()
    if checker.faults:
        return sorted(checker.faults, key=lambda one: (one.path, one.line, one.column))
    return checker.plan()


Secrets = dict[str, tuple[str | None, str | None]]
"""By login the hashes of password and PIN."""


def hash_secrets(planned: Plan, step: Callable[[int], None] = lambda _count: None) -> Secrets:
    """Hash what people are to sign in with, outside of any transaction: each takes a while."""
    hashed: Secrets = {}
    for one in planned.people:
        password = identity.hash_secret(one.password) if one.password else None
        pin = identity.hash_secret(one.pin) if one.pin else None
        hashed[one.login] = (password, pin)
        step(1)
    return hashed


def apply(
    session: Session, planned: Plan, secrets: Secrets, actor: UUID, now_ms: int
) -> dict[str, dict[str, int]]:
    """Write a plan that was made in this very transaction; returns its counts."""
    for site in planned.sites:
        if site.state != "same":
            setup.put_site(session, site.id, site.payload, actor, now_ms)
    for area in planned.areas:
        if area.state != "same":
            setup.put_area(session, area.id, area.site, area.payload, actor, now_ms)
    for account in planned.people:
        _apply_account(session, account, secrets.get(account.login, (None, None)), actor, now_ms)
    return planned.counts()


def _apply_account(
    session: Session,
    account: Account,
    hashed: tuple[str | None, str | None],
    actor: UUID,
    now_ms: int,
) -> None:
    user = account.id
    if user is None:
        number = account.staff_number
        user = setup.add_user(session, account.login, account.name, actor, now_ms, number)
    elif account.state == "changed":
        accounts.rename(session, user, account.name, account.staff_number, actor, now_ms)
    accounts.place(session, user, account.team, account.post, actor, now_ms)
    if any(hashed):
        people.set_secrets(session, user, now_ms, *hashed, once=True)
    for grant in account.grants:
        setup.add_grant(session, user, grant, actor, now_ms)
