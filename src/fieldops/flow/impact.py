"""What publishing a version would meet: tablets with older ones, walks under way on them.

    versions of the key ─┬─ what each tablet has pulled ─────────→ which version it has
                         └─ walks under way that cite another ─→ answers that would be lost

Nothing of it stops a publication: a walk finishes on its version.  The server knows what tablets
have told it; a tablet that is out may hold a walk that nobody has heard of yet.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import standards
from fieldops.flow.setup import version_subject
from fieldops.flow.versions import published as versions_of
from fieldops.flow.view import Shelf, answer_of, cited
from fieldops.model.answer import Sheet
from fieldops.model.checklist import Checklist
from fieldops.model.difference import Difference
from fieldops.model.record import State
from fieldops.rules.checklistdiff import differences
from fieldops.rules.checklists import address
from fieldops.rules.migrations import Lost, chain_of, migrate
from fieldops.store import arrivals, definitions, devices, log, meta, people, pulled, records

Outcome = Literal["new", "out", "taken"]
"""A version that is not out; that is out with this very content; that is out with another."""
_NEVER = 2**62
"""The position of what no tablet was ever told of."""


class Tablet(Struct, frozen=True, kw_only=True):
    """A tablet that does not have the version.

    ``version`` is the newest of the key that it is known to have, empty for none; ``sent`` one that
    it was sent since and has not confirmed.  ``seen_ms`` is its last contact, 0 for none.
    """

    device: UUID
    name: str
    version: str = ""
    sent: str = ""
    seen_ms: int = 0
    drafts: int = 0


class Draft(Struct, frozen=True, kw_only=True):
    """A walk under way on another version; ``lost`` are the answers that would not map."""

    inspection: UUID
    site: UUID
    site_name: str
    inspector: str
    devices: tuple[UUID, ...]
    version: str
    answered: int
    lost: tuple[Lost, ...] = ()


class Impact(Struct, frozen=True, kw_only=True):
    """What a version would meet.  ``before`` is the version that new walks begin on now."""

    key: str
    version: str
    sha256: str
    outcome: Outcome
    before: str
    differences: tuple[Difference, ...]
    tablets: tuple[Tablet, ...]
    drafts: tuple[Draft, ...]


def _silent(_done: int, _all: int) -> None:
    """Nobody looks at the progress."""


def preview(
    session: Session, checklist: Checklist, tell: Callable[[int, int], None] = _silent
) -> Impact:
    """What publishing this checklist would meet.  ``tell`` hears how many walks are looked at.

    It costs a look (some 5 ms of 60 answers) at each walk under way on another version of the key,
    which an index finds.
    """
    sha256 = address(checklist)
    versions = definitions.versions(session, checklist.key)
    current = standards.current(session, checklist.key)
    shelf = Shelf()
    before = shelf.get(session, current.sha256) if current else None
    drafts = tuple(_drafts(session, checklist, versions, shelf, tell))
    return Impact(
        key=checklist.key,
        version=checklist.version,
        sha256=sha256,
        outcome=_outcome(checklist, sha256, versions),
        before=before.version if before else "",
        differences=differences(before, checklist) if before else (),
        tablets=tuple(_tablets(session, sha256, versions, drafts)),
        drafts=drafts,
    )


def _outcome(checklist: Checklist, sha256: str, versions: Sequence[definitions.Version]) -> Outcome:
    if any(one.sha256.hex() == sha256 for one in versions):
        return "out"
    return "taken" if any(one.version == checklist.version for one in versions) else "new"


def _tablets(
    session: Session,
    sha256: str,
    versions: Sequence[definitions.Version],
    drafts: Sequence[Draft],
) -> Iterator[Tablet]:
    """Every tablet in use that is not known to have the version, by name."""
    feed = meta.organisation(session)
    positions = log.first_of(session, feed, "checklist")
    subjects = {one.sha256: version_subject(feed, one.sha256.hex())[1] for one in versions}
    at = {sha256: positions.get(subject, _NEVER) for sha256, subject in subjects.items()}
    far = pulled.everything(session)
    for device in devices.everything(session):
        if device.revoked_ms is not None:
            continue
        known = far.get(device.id, pulled.Pulled())
        has, sent = (_newest(versions, at, reach) for reach in (known.has, known.sent))
        if has is not None and has.sha256.hex() == sha256:
            continue
        yield Tablet(
            device=device.id,
            name=device.name,
            version=has.version if has else "",
            sent=sent.version if sent and sent != has else "",
            seen_ms=max(device.last_seen_ms or 0, known.at_ms),
            drafts=sum(device.id in draft.devices for draft in drafts),
        )


def _newest(
    versions: Iterable[definitions.Version], at: Mapping[bytes, int], reach: int
) -> definitions.Version | None:
    """The newest of the versions that were out at a position."""
    found = None
    for one in versions:
        if at[one.sha256] <= reach:
            found = one
    return found


class _Walk(Struct, frozen=True):
    """A walk under way: its record, its results, and the version that it cites."""

    state: State
    results: list[State]
    cites: str

    @property
    def owner(self) -> str:
        """Whose it is; of a walk whose start has not come, who answered."""
        bodies = [self.state.body, *(one.body for one in self.results)]
        return next(str(who) for body in bodies if (who := body.get("owner") or body.get("by")))

    @property
    def sheet(self) -> Sheet:
        """What is answered."""
        return Sheet(answers=tuple(answer_of(one) for one in self.results))


def _drafts(
    session: Session,
    checklist: Checklist,
    versions: Sequence[definitions.Version],
    shelf: Shelf,
    tell: Callable[[int, int], None],
) -> Iterator[Draft]:
    own = address(checklist)
    others = {one.sha256.hex() for one in versions} - {own}
    walks = list(_walks(session, others, tell))
    published = versions_of(session, checklist.key, shelf)
    owners = people.people(session, {UUID(walk.owner) for walk in walks})
    sites = records.get(session, {walk.state.feed for walk in walks})
    for walk in walks:
        old, site = shelf.get(session, walk.cites), sites.get(walk.state.feed)
        if old is None:
            continue
        owner = owners.get(UUID(walk.owner))
        yield Draft(
            inspection=walk.state.id,
            site=walk.state.feed,
            site_name=(site.body.get("name") or "") if site else "",
            inspector=owner.name if owner else "",
            devices=_devices_of(session, walk),
            version=old.version,
            answered=len(walk.results),
            lost=migrate(walk.sheet, chain_of(old, checklist, published)).lost,
        )


def _walks(session: Session, others: set[str], tell: Callable[[int, int], None]) -> Iterator[_Walk]:
    """The walks under way that cite one of these versions.  A stub says so by its results only."""
    found = [state for state in records.under_way(session) if _may_cite(state, others)]
    for number, state in enumerate(found, 1):
        family = records.children(session, state.feed, state.id)
        results = [one for one in family if one.kind == "result" and one.body.get("item")]
        results = [one for one in results if one.state != "voided"]
        if (sha256 := cited(state, results)) in others:
            yield _Walk(state, results, sha256)
        tell(number, len(found))


def _may_cite(state: State, others: set[str]) -> bool:
    return (state.body.get("checklist") or "") in others | {""}


def _devices_of(session: Session, walk: _Walk) -> tuple[UUID, ...]:
    """The tablets that wrote what stands on the walk."""
    heads = {head for state in (walk.state, *walk.results) for head in state.heads}
    return tuple(sorted(set(arrivals.devices(session, heads).values())))
