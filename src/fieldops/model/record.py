"""The nouns of the ledger: what an op does to a subject, and what a subject is now.

Structs with ``gc=False`` hold no cycles; a batch has thousands of them.
"""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from fieldops_sync.wire import Op, Problem, Reason, Receipt, Status

Fields = Mapping[str, Any]
"""Top-level members of a subject's body: the unit of merge (PROTOCOL.md, "Merge")."""


class Decoded(Struct, frozen=True, gc=False):
    """An op that its type's schema accepts.

    ``id`` and ``seq`` are the op's, ``fields`` is the payload as plain data, ``walk`` the
    inspection that it names, ``by`` the actor's id as text.
    """

    id: UUID
    seq: int | None
    op: Op
    fields: dict[str, Any]
    hash: bytes
    raw: bytes
    by: str
    walk: UUID | None = None


class Ready(Struct, frozen=True, gc=False):
    """An admitted op; ``occurred_ms`` is its corrected time, where it can be corrected.

    ``status`` overrules the verdict: an op whose needs never came is applied as a conflict.
    """

    decoded: Decoded
    marks: tuple[str, ...] = ()
    occurred_ms: int | None = None
    status: Status | None = None


class Rejected(Struct, frozen=True):
    """Bytes that go to quarantine: kept raw under (id, hash), with the reason."""

    id: UUID
    hash: bytes
    raw: bytes
    reason: Reason
    problem: Problem
    seq: int | None = None
    type: str = ""
    site: UUID | None = None


class Effect(Struct, frozen=True, gc=False):
    """What an op writes.  ``own`` says that the members are the server's, outside of merging."""

    fields: dict[str, Any]
    parent: UUID | None = None
    own: bool = False


class Rev(Struct, frozen=True):
    """A revision as merging needs it; its id is its op's id, ``definition`` what that cites."""

    id: UUID
    base: tuple[UUID, ...]
    fields: Fields
    actor: UUID
    number: int
    definition: str | None = None


class State(Struct, frozen=True, gc=False):
    """A subject now.  ``heads[0]`` is the head; further ones are parallel leaves or siblings.

    ``conflict`` holds, by member, the values beside that in ``body``, each ``{op, actor, value}``
    and ``def`` where its op cites a checklist.
    ``revision`` counts the changes of this subject; ``change`` is the op of the latest.
    ``as_sent`` says that ``body`` is what that op wrote and nothing else: the ledger keeps it.
    """

    id: UUID
    kind: str
    feed: UUID
    parent: UUID
    state: str
    heads: tuple[UUID, ...]
    revision: int
    change: UUID
    body: dict[str, Any]
    conflict: dict[str, list[dict[str, Any]]] = {}
    as_sent: bool = False


class View(Struct, frozen=True, omit_defaults=True, gc=False):
    """A record as desks look at it; what is in it depends on who looks (``flow.audience``).

    ``inspection`` is None for what belongs to none, ``conflict`` as in ``State``.
    """

    id: UUID
    kind: str
    site: UUID
    inspection: UUID | None
    state: str
    revision: int
    heads: list[UUID]
    body: dict[str, Any]
    conflict: dict[str, list[dict[str, Any]]] = {}


APART = frozenset({"override", "round", "qualification", "note"})
"""Kinds that stand below another record than an inspection."""
Verdict = Literal["applied", "merged", "conflict"]


class Merge(Struct, frozen=True, gc=False):
    """How an op's revision stands to what was there; ``fields`` names the members in conflict."""

    verdict: Verdict
    heads: tuple[UUID, ...]
    body: dict[str, Any]
    conflict: dict[str, list[dict[str, Any]]]
    fields: tuple[str, ...] = ()


class Applied(Struct, frozen=True, gc=False):
    """An op that took effect, with its receipt, ready for the ledger."""

    decoded: Decoded
    state: State
    receipt: Receipt
    occurred_ms: int | None = None
