"""The published versions of checklists: which one new walks begin on, which are withdrawn.

    published ─ a newer one is published ─→ superseded ─ the newer is withdrawn ─→ current again
        └──────────────── withdrawn: no new walk begins on it, for ever

Nothing is refused for it: what cites a version lands, is judged by it, and drafts finish on it.
"""

from collections.abc import Iterable, Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.setup import put, version_subject
from fieldops.model.access import Level
from fieldops.model.answertypes import Titles
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.rules.personal import mask
from fieldops.store import arrivals, audit, definitions, meta, people, records
from fieldops.store.definitions import Version

Stand = Literal["current", "superseded", "withdrawn"]


class Standing(Struct, frozen=True, kw_only=True):
    """How a version stands, and since when (ms).  ``reason`` says why it was withdrawn.

    ``by`` is who published it, of a withdrawn one who withdrew it: a name, empty for the shell of
    the server's machine.
    """

    key: str
    version: str
    domain: str
    sha256: str
    published_ms: int
    state: Stand
    since_ms: int
    reason: str = ""
    titles: Titles = {}
    by: str = ""


def standings(session: Session) -> list[Standing]:
    """Every published version, by key and oldest first."""
    by_key: dict[str, list[Version]] = {}
    for row in definitions.listing(session):
        by_key.setdefault(row[0], []).append(Version(*row))
    return [one for versions in by_key.values() for one in _stand(session, versions)]


def of_key(session: Session, key: str) -> list[Standing]:
    """The versions of one checklist, oldest first."""
    return _stand(session, definitions.versions(session, key))


def current(session: Session, key: str) -> Standing | None:
    """The version that new walks begin on; None if there is none, or all are withdrawn."""
    return next((one for one in of_key(session, key) if one.state == "current"), None)


class _Said(Struct, frozen=True):
    """What the record of a version says; ``gone`` is when and why it was withdrawn."""

    titles: Titles
    by: str
    gone: tuple[int, str] | None


_SILENT = _Said({}, "", None)


def _stand(session: Session, versions: Sequence[Version]) -> list[Standing]:
    """From the newest backwards: the first one that is not withdrawn is current."""
    said = _said(session, versions)
    found: list[Standing] = []
    above: list[int] = []
    newer: int | None = None
    for one in reversed(versions):
        about = said.get(one.sha256, _SILENT)
        if about.gone is not None:
            since_ms, reason = about.gone
            above.append(since_ms)
            found.append(_standing(one, about, "withdrawn", since_ms, reason))
        elif newer is None:
            found.append(_standing(one, about, "current", max([one.published_ms, *above])))
            newer = one.published_ms
        else:
            found.append(_standing(one, about, "superseded", newer))
            newer = one.published_ms
    return found[::-1]


def _standing(
    one: Version, about: _Said, state: Stand, since_ms: int, reason: str = ""
) -> Standing:
    return Standing(
        key=one.key,
        version=one.version,
        domain=one.domain,
        sha256=one.sha256.hex(),
        published_ms=one.published_ms,
        state=state,
        since_ms=since_ms,
        reason=reason,
        titles=about.titles,
        by=about.by,
    )


def _said(session: Session, versions: Iterable[Version]) -> dict[bytes, _Said]:
    """What the records of versions say, by SHA-256."""
    feed = meta.organisation(session)
    ids = {version_subject(feed, one.sha256.hex())[1]: one.sha256 for one in versions}
    states = records.get(session, ids).values()
    arrived = arrivals.of(session, [state.change for state in states])
    known = people.people(session, {one.actor for one in arrived.values()})
    found: dict[bytes, _Said] = {}
    for state in states:
        arrival = arrived[state.change]
        who = known.get(arrival.actor)
        gone = None
        if state.state == "withdrawn":
            gone = arrival.received_ms, mask(state.body["withdrawn"]["reason"], Level.L1)
        titles: Titles = state.body.get("titles") or {}
        found[ids[state.id]] = _Said(titles, who.name if who else "", gone)
    return found


def withdraw(
    session: Session, key: str, version: str, reason: str, actor: UUID, now_ms: int
) -> bool:
    """Let no new walk begin on a version; False if it was withdrawn before.

    Raises ``ProblemError`` not-found, and validation without a reason.
    """
    found = next((one for one in of_key(session, key) if one.version == version), None)
    if found is None:
        why = Said(f"{key} {version} 从未发布", f"{key} {version} was never published")
        raise ProblemError(problem("not-found", why))
    if found.state == "withdrawn":
        return False
    feed = meta.organisation(session)
    subject = version_subject(feed, found.sha256)
    put(session, "checklist.withdraw@1", subject, feed, {"reason": reason}, actor, now_ms)
    detail = {"key": key, "version": version, "reason": reason}
    audit.add(session, audit.Entry("checklist.withdraw", now_ms, actor=actor, detail=detail))
    return True
