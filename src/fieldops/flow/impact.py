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
from fieldops.flow.view import Case, Shelf, build
from fieldops.model.checklist import Checklist
from fieldops.model.difference import Difference
from fieldops.model.record import State
from fieldops.rules.checklistdiff import differences
from fieldops.rules.checklists import address
from fieldops.rules.inspections import sheet_of_view
from fieldops.rules.migrations import Lost, chain_of, migrate
from fieldops.store import arrivals, definitions, devices, log, meta, people, pulled, records

Outcome = Literal["new", "out", "taken"]
"""A version that is not out; that is out with this very content; that is out with another."""


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

    It costs a look at each walk under way on another version of the key, found by an index.
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
    at = {one.sha256: positions[version_subject(feed, one.sha256.hex())[1]] for one in versions}
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


def _drafts(
    session: Session,
    checklist: Checklist,
    versions: Sequence[definitions.Version],
    shelf: Shelf,
    tell: Callable[[int, int], None],
) -> Iterator[Draft]:
    own = address(checklist)
    others = {one.sha256.hex() for one in versions} - {own}
    cases = list(_cases(session, others, shelf, tell))
    published = versions_of(session, checklist.key, shelf)
    names = _names(session, cases)
    for case in cases:
        old = shelf.get(session, case.inspection.checklist)
        if old is None:
            continue
        sheet = sheet_of_view(case.inspection)
        yield Draft(
            inspection=case.inspection.id,
            site=case.site.id,
            site_name=case.site.name,
            inspector=names.get(_owner(case), ""),
            devices=_devices_of(session, case),
            version=old.version,
            answered=len(sheet.answers),
            lost=migrate(sheet, chain_of(old, checklist, published)).lost,
        )


def _cases(
    session: Session, others: set[str], shelf: Shelf, tell: Callable[[int, int], None]
) -> Iterator[Case]:
    """The walks under way that cite one of these versions.  A stub says so by its results only."""
    found = [state for state in records.under_way(session) if _may_cite(state, others)]
    for number, state in enumerate(found, 1):
        case = build(session, state.feed, state.id, shelf)
        if case is not None and case.inspection.checklist in others:
            yield case
        tell(number, len(found))


def _may_cite(state: State, others: set[str]) -> bool:
    return (state.body.get("checklist") or "") in others | {""}


def _owner(case: Case) -> str:
    body = case.records[case.inspection.id].body
    if body.get("owner"):
        return str(body["owner"])
    return next((str(one.body["by"]) for one in case.records.values() if one.body.get("by")), "")


def _names(session: Session, cases: Iterable[Case]) -> dict[str, str]:
    ids = {UUID(owner) for owner in map(_owner, cases) if owner}
    return {str(user): one.name for user, one in people.people(session, ids).items()}


def _devices_of(session: Session, case: Case) -> tuple[UUID, ...]:
    """The tablets that wrote what stands on the walk."""
    heads = {head for state in case.records.values() for head in state.heads}
    return tuple(sorted(set(arrivals.devices(session, heads).values())))
