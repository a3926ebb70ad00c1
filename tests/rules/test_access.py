from uuid import UUID

import pytest

from fieldops.model.access import Grant, Level, Person, Role
from fieldops.rules.access import WALKERS, level, may, sites

HERE, THERE = UUID(int=1), UUID(int=2)
ENDS_MS = 1000


@pytest.mark.parametrize(("now_ms", "holds"), [(ENDS_MS - 1, True), (ENDS_MS, False)])
def test_a_grant_is_over_when_its_time_has_come(now_ms: int, holds: bool) -> None:
    grants = (
        Grant(Role.INSPECTOR, frozenset({HERE}), Level.L1),
        Grant(Role.SUPERVISOR, frozenset({THERE}), Level.L3, ENDS_MS),
    )
    person = Person(UUID(int=9), "王芳", grants)
    assert may(person, {Role.SUPERVISOR}, THERE, now_ms) is holds
    assert level(person, THERE, now_ms) is (Level.L3 if holds else Level.L1)
    assert sites(person, Role, now_ms) == frozenset({HERE, THERE} if holds else {HERE})


def test_the_highest_of_several_levels_holds_where_its_grant_does() -> None:
    everywhere = Grant(Role.EXPORTER, None, Level.L1)
    person = Person(UUID(int=9), "王芳", (Grant(Role.OPS, frozenset({HERE}), Level.L3), everywhere))
    assert [level(person, site, 0) for site in (HERE, THERE)] == [Level.L3, Level.L1]
    assert sites(person, Role, 0) is None
    assert sites(person, {Role.OPS}, 0) == frozenset({HERE})


def test_a_level_counts_for_what_its_role_may_do() -> None:
    grants = (
        Grant(Role.EXPORTER, None, Level.L3),
        Grant(Role.AUDITOR, frozenset({HERE}), Level.L2),
        Grant(Role.INSPECTOR, frozenset({HERE}), Level.L1),
    )
    person = Person(UUID(int=9), "王芳", grants)
    assert [level(person, site, 0) for site in (HERE, THERE)] == [Level.L2, Level.L1]
    assert level(person, HERE, 0, WALKERS) is Level.L1
    assert level(person, None, 0, {Role.EXPORTER}) is Level.L3
