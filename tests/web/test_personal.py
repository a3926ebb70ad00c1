"""Personal information in a note, from the tablet that writes it to everybody who reads it."""

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.factories import (
    Company,
    Server,
    Tablet,
    add_person,
    enrol_tablet,
    found_company,
    make_op,
    publish,
    running,
    sign_in,
)

from fieldops.flow import setup
from fieldops.flow.contactsheet import gather
from fieldops.flow.handin import Introduce
from fieldops.flow.react import take
from fieldops.flow.view import Shelf, build
from fieldops.model.access import Level, Role
from fieldops.model.plugin import PluginCard
from fieldops.store import audit, definitions, people, plugins, records
from fieldops_sync.ids import uuid7

API = "/api/v1"
MOBILE, IDENTITY = "13800138000", "11010519491231002X"
NOTE = f"住户 {MOBILE}，身份证 {IDENTITY}"
AT_L2 = "住户 13800138000，身份证 110105********002X"
AT_L1 = "住户 138****8000，身份证 110105********002X"
CHECKLIST = """
key = "talks"
version = "1.0"
domain = "talks"
titles = { zh-CN = "谈话", en = "Talks" }
[[sections]]
key = "all"
titles = { zh-CN = "全部", en = "All" }
[[sections.items]]
key = "words"
titles = { zh-CN = "说了什么", en = "What was said" }
measure = { zh-CN = "记录原话。", en = "Write it down." }
answer = { type = "text", pattern = "住户 1[0-9]{10}.*" }
[[sections.items]]
key = "code"
titles = { zh-CN = "设备码", en = "Asset code" }
measure = { zh-CN = "扫码。", en = "Scan it." }
answer = { type = "code" }
[[sections.items]]
key = "signed"
titles = { zh-CN = "签名", en = "Signature" }
measure = { zh-CN = "签字。", en = "Sign it." }
answer = { type = "signature" }
[[sections]]
key = "lifts"
titles = { zh-CN = "电梯", en = "Lifts" }
repeat = { titles = { zh-CN = "电梯", en = "Lift" } }
[[sections.items]]
key = "rope"
titles = { zh-CN = "钢丝绳", en = "Rope" }
measure = { zh-CN = "目测。", en = "By eye." }
[[examples]]
titles = { zh-CN = "合格", en = "In order" }
date = "2026-11-21"
answers = { words = "住户 13800000000", code = "A1", signed = { sha256 = "SHA", name = "李" } }
score = 100
passed = true
""".replace("SHA", "ab" * 32)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("personal")
    with running(f"sqlite:///{folder / 'fieldops.db'}", folder) as started:
        yield started


@pytest.fixture(scope="module")
def company(server: Server) -> Company:
    return found_company(server, CHECKLIST)


@pytest.fixture(scope="module")
def tablet(server: Server, company: Company) -> Tablet:
    return enrol_tablet(server, [company.inspector], company.site)


class Readers:
    """What each level sees at a desk."""

    def __init__(self, server: Server, company: Company) -> None:
        self._server, sites = server, {company.site}
        self.ids = {
            level: server.do(partial(add_person, role=Role.AUDITOR, sites=sites, level=level))
            for level in Level
        }
        self._tokens = {level: sign_in(server, user) for level, user in self.ids.items()}

    def get(self, level: int, path: str) -> Any:
        answer = self._server.client.get(f"{API}/{path}", headers=self._tokens[Level(level)])
        assert answer.status_code == 200, answer.text
        return answer.json()

    def bodies(self, subject: Any) -> list[dict[str, Any]]:
        return [self.get(level, f"records/{subject}")["body"] for level in (1, 2, 3)]

    def noted(self) -> list[audit.Entry]:
        """The reads of L3 that are on record, newest first."""
        return self._server.look(lambda s: audit.latest(s, 20, "record.read"))


@pytest.fixture(scope="module")
def readers(server: Server, company: Company) -> Readers:
    return Readers(server, company)


def record(tablet: Tablet, item: str = "floor", **given: Any) -> dict[str, Any]:
    walk = given.pop("inspection", None) or str(uuid7())
    op = tablet.op("result.record@1", inspection=str(walk), item=item, **given)
    (receipt,) = tablet.receipts_of([op])
    assert receipt["status"] in ("applied", "merged", "conflict"), receipt
    return op


def pulled(tablet: Tablet, subject: str) -> dict[str, Any]:
    changes, _ = tablet.pull_all()
    found: dict[str, Any] = next(one for one in changes if one["id"] == subject)
    return found


def test_a_note_is_masked_for_whom_it_is_not(tablet: Tablet, readers: Readers):
    op = record(tablet, note=NOTE, outcome="fail")
    subject = op["subject"]["id"]
    low, middle, high = readers.bodies(subject)
    assert [one["note"] for one in (low, middle, high)] == [AT_L1, AT_L2, NOTE]
    assert [one.get("masked") for one in (low, middle, high)] == [["note"], ["note"], None]
    assert {one["raised"]["note"] for one in (low, middle, high)} == {3}
    assert pulled(tablet, subject)["body"]["note"] == AT_L1
    steps = [readers.get(level, f"records/{subject}/history")[0]["fields"] for level in (1, 3)]
    assert [one["note"] for one in steps] == [AT_L1, NOTE]


def test_a_full_read_is_on_record_once_a_request(tablet: Tablet, readers: Readers):
    walk = str(uuid7())
    subjects = {
        record(tablet, item, inspection=walk, note=NOTE)["subject"]["id"] for item in ("a", "b")
    }
    before = len(readers.noted())
    readers.get(2, f"inspections/{walk}")
    assert len(readers.noted()) == before
    readers.get(3, f"inspections/{walk}")
    entry, *older = readers.noted()
    assert len(older) == before
    assert (entry.actor, entry.detail["records"]) == (readers.ids[Level.L3], 2)
    assert set(entry.detail["subjects"]) == subjects
    assert MOBILE not in str(entry)


def test_a_secret_column_of_a_register_is_on_record_too(
    server: Server, company: Company, readers: Readers
):
    entry = uuid7()
    values = {"register": "keys", "key": "K1", "values": {"code": "1"}, "levels": {"code": 3}}
    put = partial(
        setup.put,
        kind="register.set@1",
        subject=("register", entry),
        feed=company.site,
        payload=values,
        actor=setup.SYSTEM,
        now_ms=server.clock(),
    )
    server.do(put)
    assert [one["values"] for one in readers.bodies(entry)] == [{}, {}, {"code": "1"}]
    assert readers.noted()[0].subject == entry


def test_a_masked_note_never_overwrites_the_real_one(tablet: Tablet, readers: Readers):
    op = record(tablet, note=NOTE, outcome="pass")
    subject = op["subject"]["id"]
    seen = pulled(tablet, subject)
    assert seen["body"]["masked"] == ["note"]
    walk = op["payload"]["inspection"]
    record(tablet, inspection=walk, outcome="fail", base=seen["heads"])
    assert readers.bodies(subject)[2]["note"] == NOTE
    assert readers.bodies(subject)[0]["outcome"] == "fail"


def test_a_corrected_text_falls_again(server: Server, tablet: Tablet, readers: Readers):
    op = record(tablet, note=NOTE)
    subject, walk = op["subject"]["id"], op["payload"]["inspection"]
    record(tablet, inspection=walk, note="已更正", base=[op["id"]])
    for body in readers.bodies(subject):
        assert body["note"] == "已更正"
        assert "raised" not in body
        assert "masked" not in body
    first = readers.get(1, f"records/{subject}/history")[0]["fields"]
    assert first["note"] == AT_L1


def test_both_values_of_a_conflict_are_masked(
    server: Server, company: Company, tablet: Tablet, readers: Readers
):
    op = record(tablet, note="电话有误")
    subject, walk = op["subject"]["id"], op["payload"]["inspection"]
    other = enrol_tablet(server, [company.inspector], company.site)
    record(tablet, inspection=walk, note="不知道", base=[op["id"]])
    record(other, inspection=walk, note=NOTE, base=[op["id"]])
    assert readers.bodies(subject)[0]["raised"] == {"note": 3}
    beside = [readers.get(level, f"records/{subject}")["conflict"]["note"] for level in (1, 2, 3)]
    assert [one[0]["value"] for one in beside] == [AT_L1, AT_L2, NOTE]
    assert pulled(tablet, subject)["conflict"]["note"][0]["value"] == AT_L1
    found = {one["id"]: one for one in readers.get(1, "conflicts")["items"]}
    assert found[subject]["conflict"]["note"][0]["value"] == AT_L1
    decide = tablet.op(
        "conflict.resolve@1",
        subject={"kind": "result", "id": subject},
        set={"note": "好"},
        base=readers.get(1, f"records/{subject}")["heads"],
    )
    assert tablet.receipts_of([decide])[0]["status"] == "applied"
    assert "raised" not in readers.bodies(subject)[0]


def test_a_code_only_looks_like_a_card(company: Company, tablet: Tablet, readers: Readers):
    card = "4111111111111111"
    code = record(tablet, "code", value=card, **{"def": company.definition})
    words = record(tablet, "words", value=f"住户 {MOBILE}", **{"def": company.definition})
    unknown = record(tablet, "elsewhere", value=card)
    assert readers.bodies(code["subject"]["id"])[0]["value"] == card
    assert readers.bodies(code["subject"]["id"])[0].get("raised") is None
    assert readers.bodies(words["subject"]["id"])[1]["raised"] == {"value": 2}
    assert readers.bodies(unknown["subject"]["id"])[0]["value"] == "************1111"


def test_an_item_that_its_version_does_not_know_is_answered_at_the_highest_level(
    company: Company, tablet: Tablet, readers: Readers
):
    cited = {"def": company.definition}
    strange = record(tablet, "unheard", value=IDENTITY, **cited)["subject"]["id"]
    assert [one.get("value") for one in readers.bodies(strange)] == [None, None, IDENTITY]
    assert [one.get("withheld") for one in readers.bodies(strange)[:2]] == [["value"]] * 2
    assert readers.noted()[0].subject == UUID(strange)
    steps = [readers.get(level, f"records/{strange}/history")[0]["fields"] for level in (2, 3)]
    assert [one.get("value") for one in steps] == [None, IDENTITY]
    known = record(tablet, "code", value="A-17", **cited)["subject"]["id"]
    assert [one["value"] for one in readers.bodies(known)] == ["A-17"] * 3


def test_names_of_items_and_repeats_are_masked_as_texts_are(
    company: Company, tablet: Tablet, readers: Readers
):
    walk, cited = str(uuid7()), {"def": company.definition}
    start = tablet.op("inspection.start@1", subject={"kind": "inspection", "id": walk}, **cited)
    assert tablet.receipts_of([start])[0]["status"] == "applied"
    repeat, named = f"梯 {IDENTITY}", {"inspection": walk, "repeat": f"梯 {IDENTITY}"}
    strange = record(tablet, IDENTITY, **named, **cited)["subject"]["id"]
    known = record(tablet, "code", value="A-17", inspection=walk, repeat="3 号梯", **cited)
    shot = tablet.op("photo.attach@1", **named, item="code", sha256="12" * 32)
    tablet.receipts_of([shot])
    masked = "110105********002X"
    low, middle, high = readers.bodies(strange)
    assert [one["item"] for one in (low, middle, high)] == [masked, masked, IDENTITY]
    assert [one["repeat"] for one in (low, middle, high)] == [f"梯 {masked}"] * 2 + [repeat]
    (as_known, *_), (as_shot, *_) = map(
        readers.bodies, (known["subject"]["id"], shot["subject"]["id"])
    )
    assert (as_known["item"], as_known["repeat"]) == ("code", "3 号梯")
    assert "raised" not in as_known
    assert (as_shot["item"], as_shot["repeat"]) == ("code", f"梯 {masked}")
    for path in (f"inspections/{walk}", f"records/{strange}/history", f"results?inspection={walk}"):
        assert IDENTITY not in str(readers.get(1, path)), path
        assert IDENTITY in str(readers.get(3, path)), path


def test_of_a_checklist_that_nobody_can_read_every_answer_is_text(
    server: Server, tablet: Tablet, readers: Readers
):
    sha256 = hashlib.sha256(b"{}").digest()
    server.do(lambda s: definitions.add(s, sha256, "odd", "1", "odd", b"{}", server.clock()))
    op = record(tablet, "code", value=MOBILE, **{"def": sha256.hex()})
    assert [one["value"] for one in readers.bodies(op["subject"]["id"])[:2]] == [
        "138****8000",
        MOBILE,
    ]


def test_an_answer_above_the_level_is_withheld_but_for_those_whose_walk_it_is(
    server: Server, company: Company, tablet: Tablet, readers: Readers
):
    signed = {"sha256": "ab" * 32, "name": "李"}
    cited = {"def": company.definition}
    walk = str(uuid7())
    start = tablet.op("inspection.start@1", subject={"kind": "inspection", "id": walk}, **cited)
    assert tablet.receipts_of([start])[0]["status"] == "applied"
    op = record(tablet, "signed", inspection=walk, value=signed, outcome="pass", **cited)
    subject = op["subject"]["id"]
    low, middle, high = readers.bodies(subject)
    assert [one.get("withheld") for one in (low, middle, high)] == [["value"], ["value"], None]
    assert [one.get("value") for one in (low, middle, high)] == [None, None, signed]
    assert readers.noted()[0].subject == UUID(subject)
    assert pulled(tablet, subject)["body"]["value"] == signed
    returned = make_op(
        "review.decide@1",
        company.site,
        company.supervisor,
        subject={"kind": "result", "id": subject},
        verdict="returned",
        base=[op["id"]],
    )
    desk = sign_in(server, company.supervisor)
    answer = server.client.post(f"{API}/ops", json={"ops": [returned]}, headers=desk)
    assert answer.json()["receipts"][0]["status"] == "applied", answer.text
    assert pulled(tablet, subject)["body"]["value"] == signed  # to put it right he must see it
    helper = server.do(lambda s: add_person(s, Role.INSPECTOR, {company.site}))
    other = enrol_tablet(server, [helper], company.site)
    assert pulled(other, subject)["body"]["withheld"] == ["value"]


def test_what_a_plugin_declares_comes_before_the_type(
    server: Server, company: Company, tablet: Tablet, readers: Readers
):
    definition = publish(server, CHECKLIST.replace('key = "talks"', 'key = "declared"'))
    op = record(tablet, "code", value="A-17", **{"def": definition})
    card = PluginCard(name="talks", version="1", api=1, domain="talks")
    for declared, seen in ((3, [None, None, "A-17"]), (1, ["A-17"] * 3)):
        levels: Any = {"declared": {"code": declared, "words": 1, "signed": 3}}
        told = Introduce("talks", card, levels=levels)
        server.do(partial(take, request=told, now_ms=server.clock()))
        assert [one.get("value") for one in readers.bodies(op["subject"]["id"])] == seen
    both: Any = Introduce("other", card, levels={"declared": {"code": 2}})
    server.do(lambda s: take(s, both, server.clock()))
    assert server.look(plugins.levels)["declared"]["code"] == 2


def test_a_plugin_is_shown_masked_words_and_judges_the_real_ones(
    server: Server, company: Company, tablet: Tablet
):
    walk, cited = str(uuid7()), {"def": company.definition}
    record(tablet, "words", inspection=walk, value=f"住户 {MOBILE}", note=NOTE, **cited)
    photo = tablet.op(
        "photo.attach@1", inspection=walk, sha256="cd" * 32, caption=f"房主 {MOBILE}", item="words"
    )
    tablet.receipts_of([photo])
    for level, value, note in (
        (Level.L1, "住户 138****8000", AT_L1),
        (Level.L2, f"住户 {MOBILE}", AT_L2),
    ):
        shelf = Shelf(level)
        case = server.look(partial(build, feed=company.site, inspection=UUID(walk), shelf=shelf))
        assert case is not None
        (shot,) = case.inspection.photos
        (result,) = (one for one in case.inspection.results if one.item == "words")
        assert (result.value, result.note) == (value, note)
        assert result.personal == ("identity-number", "mobile")
        assert result.outcome == "pass"
        assert not result.violations
    assert (shot.caption, shot.personal) == (f"房主 {MOBILE}", ("mobile",))


def test_a_contact_sheet_is_for_whoever_asks(
    server: Server, company: Company, tablet: Tablet, readers: Readers
):
    walk, cited = str(uuid7()), {"def": company.definition}
    start = tablet.op("inspection.start@1", subject={"kind": "inspection", "id": walk}, **cited)
    tablet.receipts_of([start])
    record(tablet, "words", inspection=walk, value=f"住户 {MOBILE}", note=NOTE, **cited)
    shot = {"inspection": walk, "item": "words"}
    tablet.receipts_of([tablet.op("photo.attach@1", **shot, sha256="ef" * 32, caption=MOBILE)])
    seen = []
    for level in Level:
        reader = readers.ids[level]
        who = server.look(partial(people.people, users=[reader]))[reader]
        sheet = server.look(
            partial(gather, person=who, inspection=UUID(walk), now_ms=server.clock())
        )
        (entry,) = sheet.parts[0].entries
        seen.append((entry.value.get("en"), entry.note, entry.cards[0].caption))
    assert seen == [
        (None, AT_L1, "138****8000"),
        (f"住户 {MOBILE}", AT_L2, MOBILE),
        (f"住户 {MOBILE}", NOTE, MOBILE),
    ]


def test_a_contact_sheet_masks_names_of_items_and_repeats(
    server: Server, company: Company, tablet: Tablet, readers: Readers
):
    walk, cited = str(uuid7()), {"def": company.definition}
    start = tablet.op("inspection.start@1", subject={"kind": "inspection", "id": walk}, **cited)
    tablet.receipts_of([start])
    named = {"inspection": walk, "repeat": f"梯 {IDENTITY}"}
    record(tablet, "rope", **named, outcome="fail", **cited)
    record(tablet, "rope", inspection=walk, repeat="3", outcome="fail", **cited)
    shots = [
        tablet.op("photo.attach@1", **named, item=item, sha256=number * 32)
        for item, number in (("rope", "34"), (IDENTITY, "56"))
    ]
    tablet.receipts_of(shots)
    seen = {}
    for level in (Level.L1, Level.L3):
        reader = readers.ids[level]
        who = server.look(partial(people.people, users=[reader]))[reader]
        seen[level] = server.look(
            partial(gather, person=who, inspection=UUID(walk), now_ms=server.clock())
        )
    assert IDENTITY not in str(seen[Level.L1])
    titles = [one.titles["en"] for one in seen[Level.L1].parts[0].entries]
    assert sorted(titles) == ["Rope (3)", "Rope (梯 110105********002X)"]
    strange = [one for part in seen[Level.L3].parts for one in part.entries if one.cards]
    assert {one.titles["en"] for one in strange} == {
        f"Rope (梯 {IDENTITY})",
        f"{IDENTITY} (梯 {IDENTITY})",
    }
    shelf = Shelf(Level.L1)
    case = server.look(partial(build, feed=company.site, inspection=UUID(walk), shelf=shelf))
    assert case is not None
    (failed, _) = sorted(case.inspection.failed, key=lambda one: -len(one.repeat))
    # The address stays, so that what names the result finds it, and its photos are counted.
    assert (failed.repeat, failed.photo_count) == (f"梯 {IDENTITY}", 1)


def test_a_quarantined_op_is_masked_too(
    server: Server, company: Company, tablet: Tablet, readers: Readers
):
    op = tablet.op("result.record@1", inspection=str(uuid7()), item="x", note=NOTE, outcome="odd")
    (receipt,) = tablet.receipts_of([op])
    assert receipt["status"] == "quarantined"
    mend = {
        level: server.do(
            partial(add_person, role=Role.SUPERVISOR, sites={company.site}, level=level)
        )
        for level in Level
    }
    raws = []
    for level in Level:
        answer = server.client.get(
            f"{API}/quarantine/{op['id']}", headers=sign_in(server, mend[level])
        )
        raws.append(answer.json()["raw"])
    assert [msgspec.json.decode(one)["payload"]["note"] for one in raws] == [AT_L1, AT_L2, NOTE]
    assert raws[2].encode() == msgspec.json.encode(op)
    assert readers.noted()[0].actor == mend[Level.L3]
    head = sign_in(server, mend[Level.L3])
    why = {"reason": f"打过电话 {MOBILE}"}
    server.client.post(f"{API}/quarantine/{op['id']}/discard", json=why, headers=head)
    low = sign_in(server, mend[Level.L1])
    found = server.client.get(f"{API}/quarantine?state=discarded", headers=low).json()["items"]
    assert found[0]["note"] == "打过电话 138****8000"
    (entry,) = server.look(lambda s: audit.latest(s, 1, "quarantine.discarded"))
    assert MOBILE not in str(entry)


def test_a_type_of_ops_that_nobody_knows_is_text(server: Server, company: Company, tablet: Tablet):
    for type_, seen in ((f"{IDENTITY}@1", "110105********002X@1"), ("odd.kind@1", "odd.kind@1")):
        op = tablet.op(type_)
        assert tablet.receipts_of([op])[0]["status"] == "quarantined"
        mender = partial(add_person, role=Role.SUPERVISOR, sites={company.site}, level=Level.L1)
        headers = sign_in(server, server.do(mender))
        for path in (f"quarantine/{op['id']}", "quarantine"):
            told = server.client.get(f"{API}/{path}", headers=headers).json()
            item = told["item"] if "item" in told else told["items"][0]
            assert item["type"] == seen
            assert IDENTITY not in str(told)


def test_a_body_that_is_raised_is_stored(server: Server, company: Company, tablet: Tablet):
    """It differs from the op, and comes back from the table as it was folded."""
    op = record(tablet, note=MOBILE)
    plain = record(tablet, note="地面湿滑")
    states = server.look(
        lambda s: records.get(s, [UUID(one["subject"]["id"]) for one in (op, plain)])
    )
    by_id = {str(one.id): one for one in states.values()}
    assert by_id[op["subject"]["id"]].body["raised"] == {"note": 2}
    assert not by_id[op["subject"]["id"]].as_sent
    assert by_id[plain["subject"]["id"]].as_sent
