"""Who may do what: roles, data levels, grants."""

from enum import IntEnum, StrEnum
from typing import Literal
from uuid import UUID

from msgspec import Struct


class Role(StrEnum):
    """The six roles (domain.md, "Who uses it")."""

    INSPECTOR = "inspector"
    SUPERVISOR = "supervisor"
    OPS = "ops"
    AUDITOR = "auditor"
    EXPORTER = "exporter"
    ADMINISTRATOR = "administrator"


class Level(IntEnum):
    """Data levels (domain.md, rule 11): operations, customers, contracts and identity."""

    L1 = 1
    L2 = 2
    L3 = 3


DataLevel = Literal[1, 2, 3]
"""A level as declarations write it: L1 operations, L2 customers and transactions, L3 identity,
faces, tracks (domain.md, rule 11)."""


class Grant(Struct, frozen=True):
    """Role × set of sites × data level × expiry.  ``sites`` None means every site."""

    role: Role
    sites: frozenset[UUID] | None = None
    level: Level = Level.L1
    expires_ms: int | None = None


class Person(Struct, frozen=True):
    """A person with the grants that are not revoked (expired ones may be among them).

    ``team`` and ``post`` are short texts that rounds and assessments name; empty for none.
    """

    id: UUID
    name: str
    grants: tuple[Grant, ...] = ()
    staff_number: str = ""
    team: str = ""
    post: str = ""


class Tablet(Struct, frozen=True):
    """A device with the people granted on it."""

    id: UUID
    people: dict[UUID, Person]
