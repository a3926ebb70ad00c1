"""Who only knows a photo's SHA-256 does not get at it; who has the bytes, or may see them, does."""

import base64
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.factories import (
    Company,
    Server,
    Tablet,
    add_person,
    enrol_tablet,
    found_company,
    running,
    sign_in,
)
from tests.property.invariants import ledger_faults
from tests.web.test_media import item, plan, send, status

from fieldops.flow import setup
from fieldops.flow.follow import KeeperReader, step
from fieldops.flow.react import DirectHandin
from fieldops.model.access import Grant, Role
from fieldops.store import batch, debts, media, people, records, uploads
from fieldops_sync.ids import result_id, uuid7

Scene = tuple[Server, Company]


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    with running(database_url, tmp_path) as server:
        yield server, found_company(server)
        assert server.look(ledger_faults) == []


def tablet_of(scene: Scene, *sites: UUID) -> Tablet:
    """A tablet whose inspector works on these sites; all of them if none is named."""
    server, _company = scene
    person = server.do(lambda s: add_person(s, Role.INSPECTOR, set(sites) or None))
    return enrol_tablet(server, [person], sites[0] if sites else None)


@pytest.fixture
def here(scene: Scene) -> Tablet:
    return tablet_of(scene, scene[1].site)


@pytest.fixture
def there(scene: Scene) -> Tablet:
    return tablet_of(scene, scene[1].other_site)


def attach(tablet: Tablet, data: bytes, site: UUID, **given: Any) -> UUID:
    """A photo's op; its id."""
    subject = {"kind": "photo", "id": str(uuid7())}
    payload = {"inspection": str(uuid7()), **given, "sha256": item(data)["sha256"]}
    (receipt,) = tablet.receipts_of(
        [tablet.op("photo.attach@1", subject=subject, payload=payload, site=site)]
    )
    assert receipt["status"] == "applied", receipt
    return UUID(subject["id"])


def is_stored(server: Server, photo: UUID) -> bool:
    state = server.look(lambda s: records.get_one(s, photo))
    assert state is not None
    return bool(state.body.get("stored")) and state.state == "stored"


def read(scene: Scene, data: bytes, person: UUID) -> Any:
    server = scene[0]
    return server.client.get(
        f"/api/v1/photos/{item(data)['sha256']}", headers=sign_in(server, person)
    )


def slug(answer: Any) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


def test_naming_a_foreign_photo_gives_nothing_away(scene: Scene, here: Tablet, there: Tablet):
    server, company = scene
    data = os.urandom(5000)
    theirs = attach(there, data, company.other_site)
    send(there, data)
    assert is_stored(server, theirs)
    mine = attach(here, data, company.site)
    result = here.op("result.record@1", inspection=str(uuid7()), item="floor", outcome="pass",
                     photos=[item(data)["sha256"]], media=[item(data)["sha256"]])  # fmt: skip
    assert here.receipts_of([result])[0]["status"] == "applied"
    assert not is_stored(server, mine)
    assert status(here, item(data)) == ["awaiting"]
    assert plan(here, item(data))[0]["way"] == "tus"
    answer = read(scene, data, company.inspector)
    assert (answer.status_code, slug(answer)) == (404, "photo-awaited")
    absent = read(scene, os.urandom(10), company.inspector)
    assert absent.status_code == 404
    links = server.client.post(
        "/api/v1/photos/links",
        json={"photos": [{"sha256": item(data)["sha256"], "kind": "original"}]},
        headers=sign_in(server, company.inspector),
    ).json()
    assert "signature" not in str(links)
    assert read(scene, data, company.inspector).content != data
    # Who sends all of the bytes has them: they are verified, and stored once.
    send(here, data)
    assert is_stored(server, mine)
    assert status(here, item(data)) == ["stored"]
    assert plan(here, item(data))[0]["way"] == "have"
    assert read(scene, data, company.inspector).content == data


def test_wrong_bytes_prove_nothing(scene: Scene, here: Tablet, there: Tablet):
    server, company = scene
    data = os.urandom(5000)
    attach(there, data, company.other_site)
    send(there, data)
    mine = attach(here, data, company.site)
    with pytest.raises(AssertionError, match="media-hash-mismatch"):
        _send_as(here, data, os.urandom(5000))
    assert not is_stored(server, mine)
    assert status(here, item(data)) == ["bad"]
    assert read(scene, data, company.inspector).status_code == 404


def _send_as(tablet: Tablet, named: bytes, data: bytes) -> None:
    sha256 = base64.b64encode(item(named)["sha256"].encode()).decode()
    answer = tablet.server.client.post(
        "/sync/v1/uploads",
        content=data,
        headers={
            "authorization": f"Bearer {tablet.token}",
            "tus-resumable": "1.0.0",
            "upload-length": str(len(data)),
            "upload-metadata": f"sha256 {sha256}",
            "content-type": "application/offset+octet-stream",
        },
    )
    assert answer.status_code == 201, answer.text


def test_who_named_it_before_it_came_waits_on(scene: Scene, here: Tablet, there: Tablet):
    """Also where the one who sends looks after every site: it speaks for where it names them."""
    server, company = scene
    data = os.urandom(5000)
    everywhere = tablet_of(scene)
    mine = attach(here, data, company.site)
    theirs = attach(everywhere, data, company.other_site)
    send(everywhere, data)
    assert (is_stored(server, mine), is_stored(server, theirs)) == (False, True)
    assert status(here, item(data)) == ["awaiting"]
    assert status(there, item(data)) == ["stored"]
    send(here, data)
    assert is_stored(server, mine)


def test_sent_first_and_announced_later_is_stored_at_once(scene: Scene, here: Tablet):
    server, company = scene
    data = os.urandom(5000)
    send(here, data)
    assert is_stored(server, attach(here, data, company.site))
    assert read(scene, data, company.inspector).content == data


def test_sent_by_one_and_announced_by_another_of_the_site(scene: Scene, here: Tablet):
    server, company = scene
    data, other = os.urandom(5000), tablet_of(scene, scene[1].site)
    send(here, data)
    assert is_stored(server, attach(other, data, company.site)), "nobody had named it yet"
    more = os.urandom(5000)
    photo = attach(other, more, company.site)
    send(here, more)
    assert is_stored(server, photo), "a tablet that was enrolled anew sends what the old one named"


def test_what_a_tablet_may_see_it_may_name_elsewhere(scene: Scene, there: Tablet):
    server, company = scene
    data, both = os.urandom(5000), tablet_of(scene, scene[1].site, scene[1].other_site)
    attach(there, data, company.other_site)
    send(there, data)
    assert plan(both, item(data))[0]["way"] == "have"
    assert is_stored(server, attach(both, data, company.site))
    assert read(scene, data, company.inspector).content == data


def test_have_pays_what_the_tablet_announced(scene: Scene, here: Tablet):
    """Two sites await it; it comes for the other one, and the tablet gets to see it there."""
    server, company = scene
    data, both = os.urandom(5000), tablet_of(scene, scene[1].site, scene[1].other_site)
    walk = uuid7()
    photo = attach(both, data, company.site, inspection=str(walk))
    there = tablet_of(scene, company.other_site)
    attach(there, data, company.other_site)
    send(there, data)
    assert not is_stored(server, photo)
    assert status(both, item(data)) == ["awaiting"]
    assert server.look(lambda s: debts.missing(s, walk))
    assert plan(both, item(data))[0]["way"] == "have"
    assert is_stored(server, photo)
    assert not server.look(lambda s: debts.missing(s, walk))
    assert status(both, item(data)) == ["stored"]
    assert status(here, item(data)) == ["stored"], "their site has it now"


def test_a_walk_is_sealed_when_the_foreign_photo_was_sent(
    scene: Scene, here: Tablet, there: Tablet
):
    server, company = scene
    data, walk = os.urandom(5000), uuid7()
    attach(there, data, company.other_site)
    send(there, data)
    about = {"kind": "inspection", "id": str(walk)}
    here.receipts_of([here.op("inspection.start@1", subject=about)])
    attach(here, data, company.site, inspection=str(walk))
    state = server.look(lambda s: records.get_one(s, walk))
    assert state is not None
    base = [str(head) for head in state.heads]
    here.receipts_of([here.op("inspection.submit@1", subject=about, base=base, photos=1)])
    keeper, handin = KeeperReader(), DirectHandin(server.core.store, server.clock)
    while step(server.core.store, handin, keeper, 3):
        pass
    assert _state(server, walk) == "submitted"
    send(here, data)
    while step(server.core.store, handin, keeper, 3):
        pass
    assert _state(server, walk) == "sealed"


def test_a_sheet_holds_only_what_its_site_has(scene: Scene, here: Tablet, there: Tablet):
    """Though who makes it may see the photo at the other site."""
    server, company = scene
    data, walk = os.urandom(5000), uuid7()
    attach(there, data, company.other_site)
    send(there, data)
    about = {"kind": "inspection", "id": str(walk)}
    here.receipts_of([here.op("inspection.start@1", subject=about)])
    attach(here, data, company.site, inspection=str(walk))
    token = sign_in(server, server.do(lambda s: add_person(s, Role.SUPERVISOR, None)))
    address = f"/api/v1/inspections/{walk}/contact-sheet?originals=true"

    def held() -> set[bytes]:
        answer = server.client.get(address, headers=token)
        assert answer.status_code == 200
        with zipfile.ZipFile(io.BytesIO(answer.content)) as sheet:
            return {sheet.read(name) for name in sheet.namelist()}

    assert data not in held()
    send(here, data)
    assert data in held()


def _state(server: Server, subject: UUID) -> str:
    found = server.look(lambda s: records.get_one(s, subject))
    assert found is not None
    return found.state


def test_a_result_alone_gets_no_more_than_a_photo(scene: Scene, here: Tablet, there: Tablet):
    server, company = scene
    data, walk = os.urandom(5000), uuid7()
    attach(there, data, company.other_site)
    send(there, data)
    name = item(data)["sha256"]
    subject = {"kind": "result", "id": str(result_id(walk, "floor"))}
    op = here.op("result.record@1", subject=subject, inspection=str(walk), item="floor",
                 outcome="pass", photos=[name])  # fmt: skip
    here.receipts_of([op])
    assert server.look(lambda s: debts.missing(s, walk)) == [bytes.fromhex(name)]
    assert read(scene, data, company.inspector).status_code == 404
    send(here, data)
    assert not server.look(lambda s: debts.missing(s, walk))
    assert read(scene, data, company.inspector).content == data


def test_a_handed_over_walk_and_a_site_that_was_lost(scene: Scene, here: Tablet):
    """Who announced it pays for it, also after the site was taken from its people."""
    server, company = scene
    data = os.urandom(5000)
    photo = attach(here, data, company.site)
    _move(scene, here, company.other_site)
    send(here, data)
    assert is_stored(server, photo)
    assert read(scene, data, company.inspector).content == data


def _move(scene: Scene, tablet: Tablet, site: UUID) -> None:
    """The tablet's person works on another site from now on."""
    server, _company = scene
    person = UUID(str(tablet.actor))

    def job(session: Any) -> None:
        for grant, _ in people.grants(session, person):
            setup.revoke_grant(session, grant, setup.SYSTEM, server.clock())
        given = Grant(Role.INSPECTOR, frozenset({site}))
        setup.add_grant(session, person, given, setup.SYSTEM, server.clock())

    server.do(job)


def test_what_waits_in_quarantine_keeps_its_proof(scene: Scene, here: Tablet):
    """Rows of uploads are forgotten after a while, but not while nobody has named the bytes."""
    server, company = scene
    data, named, gone = (os.urandom(5000) for _ in range(3))
    for one in (data, named, gone):
        send(here, one)
    attach(here, named, company.site)
    later = server.clock() + 40 * 24 * 3_600_000
    assert server.do(lambda s: uploads.forget(s, later)) == 1
    keys = [bytes.fromhex(item(one)["sha256"]) for one in (data, named, gone)]
    senders = server.look(lambda s: uploads.senders(s, keys))
    assert senders == {keys[0]: {here.device}, keys[2]: {here.device}}
    statement = "UPDATE media SET state = 'gone' WHERE sha256 = :gone"
    server.do(lambda s: batch.run(s, statement, gone=keys[2]))
    assert server.do(lambda s: uploads.forget(s, later)) == 1
    assert is_stored(server, attach(here, data, company.site))


def test_bytes_that_are_mended_are_mended_where_they_belong(
    scene: Scene, here: Tablet, there: Tablet
):
    server, company = scene
    data = os.urandom(5000)
    theirs = attach(there, data, company.other_site)
    send(there, data)
    mine = attach(here, data, company.site)
    key = bytes.fromhex(item(data)["sha256"])

    def refs(session: Any) -> dict[UUID, tuple[bool, bool]]:
        return {
            one.subject: (one.is_owed, one.is_proven) for one in media.refs(session, [key])[key]
        }

    assert server.look(refs) == {theirs: (False, True), mine: (True, False)}
    server.do(lambda s: debts.owe_again(s, key))
    server.do(lambda s: debts.settle(s, key))
    assert server.look(refs) == {theirs: (False, True), mine: (True, False)}
