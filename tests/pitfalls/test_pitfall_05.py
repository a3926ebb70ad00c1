"""Pitfall 5: text that a database or a JSON reader cannot bear, wherever text may stand."""

import json
from itertools import product
from typing import Any

import msgspec
import pytest
from tests.factories import Company, Server, Tablet, enrol_tablet, found_company, sign_in
from tests.pitfalls.helping import raw

from fieldops.flow import setup
from fieldops.store import quarantine
from fieldops_sync.ids import uuid7

TEXTS = {
    "nul": "a\x00b",
    "emoji": "😀👩‍🚒",
    "rare-han": "𠮷𬎆",
    "bidi": "\u202eabc",
    "not-a-character": "\ufffe\uffff",
    "control": "\x01\x1f\x7f\x85",
    "backslash": "\\u0000",
    "long": "字" * 19_999,
}
NUMBERS = ["1e308", "1.5", "-0", "9007199254740992", "123456789012345678901234567890", "1E400"]
PLACES = ("type", "kind", "wall", "boot", "item", "repeat", "mime")


def sent(op: dict[str, Any]) -> msgspec.Raw:
    return raw(json.dumps(op).encode())


def test_text_in_a_payload_comes_back_as_it_was(server: Server, tablet: Tablet):
    _, cursor = tablet.pull_all()
    ops = [tablet.op("feedback.record@1", text=text) for text in TEXTS.values()]
    receipts = tablet.receipts_of([sent(op) for op in ops])
    assert [receipt["status"] for receipt in receipts] == ["applied"] * len(ops)
    changes, _ = tablet.pull_all(cursor)
    found = {one["id"]: one["body"]["text"] for one in changes if one["kind"] == "feedback"}
    assert found == {op["subject"]["id"]: op["payload"]["text"] for op in ops}


def put(op: dict[str, Any], place: str, text: str) -> dict[str, Any]:
    if place == "type":
        op["type"] = text[:30]
    elif place == "kind":
        op["subject"]["kind"] = text[:30]
    elif place in ("wall", "boot"):
        op["at"][place] = text[:30]
    else:
        op["payload"][place] = text
    return op


def test_text_anywhere_in_an_op_has_custody(server: Server, tablet: Tablet):
    for place, text in product(PLACES, TEXTS.values()):
        plain = tablet.op("photo.attach@1", inspection=uuid7(), sha256="ab" * 32)
        op, good = put(plain, place, text), tablet.op("feedback.record@1", text="good")
        receipts = tablet.receipts_of([sent(op), sent(good)])
        assert receipts[0]["status"] in ("applied", "quarantined"), (place, text[:30])
        assert receipts[1]["status"] == "applied", (place, text[:30])
        assert tablet.receipts_of([sent(op)])[0]["status"] == "duplicate"


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_are_applied_or_quarantined(server: Server, tablet: Tablet, number: str):
    op = tablet.op("result.record@1", inspection=uuid7(), item="floor", value="NUMBER")
    body = raw(json.dumps(op).replace('"NUMBER"', number).encode())
    receipt = tablet.receipts_of([body])[0]
    assert receipt["status"] == ("applied" if number == "-0" else "quarantined")
    assert tablet.receipts_of([body])[0]["status"] == "duplicate"


def test_the_time_of_a_push_may_hold_anything(server: Server, tablet: Tablet):
    for text in TEXTS.values():
        now = {"wall": text[:30], "mono": 5, "boot": text[:30]}
        op = tablet.op("feedback.record@1", text="good")
        assert tablet.receipts_of([op], now=now)[0]["status"] == "applied"


@pytest.mark.parametrize("text", ["a\x00b", "😀", "\ufffe"], ids=["nul", "emoji", "noncharacter"])
def test_other_calls_never_end_in_a_fault(
    server: Server, company: Company, tablet: Tablet, text: str
):
    code = server.do(
        lambda s: setup.enrol_code(s, "t", [company.inspector], setup.SYSTEM, server.clock())
    )
    jwk = tablet.key.public_jwk
    calls: list[tuple[str, Any]] = [
        ("enrol", {"code": code, "public_key": jwk, "incarnation": str(uuid7()), "model": text}),
        ("enrol", {"code": text, "public_key": jwk, "incarnation": str(uuid7())}),
        ("token", {"device": str(tablet.device), "nonce": text, "signature": text}),
        ("pull", {"cursor": text}),
        ("media/plan", [{"sha256": "ab" * 32, "size": 5, "mime": text}]),
        ("receipts", {"ids": [text]}),
    ]
    for call, body in calls:
        answer = tablet.post(call, body)
        assert answer.status_code < 500, (call, answer.text)


def test_addresses_never_end_in_a_fault(server: Server, company: Company):
    headers = sign_in(server, company.people["administrator"])
    answer = server.client.get("/api/v1/audit?action=a%00b", headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (400, 400)


def test_without_care_for_nul_a_whole_batch_is_stuck(
    postgres_server: Server, monkeypatch: pytest.MonkeyPatch
):
    """The guard: a NUL never reaches a text column, where PostgreSQL refuses the transaction."""
    tablet = postgres_tablet(postgres_server)
    plain = quarantine._row

    def unguarded(item: quarantine.Item) -> dict[str, Any]:
        return {**plain(item), "type": item.type}

    monkeypatch.setattr(quarantine, "_row", unguarded)
    op = put(tablet.op("feedback.record@1", text="x"), "type", "a\x00b")
    good = tablet.op("feedback.record@1", text="good")
    receipts = tablet.receipts_of([sent(op), sent(good)])
    assert [receipt["status"] for receipt in receipts] == ["retry", "retry"]


def postgres_tablet(server: Server) -> Tablet:
    company = found_company(server)
    return enrol_tablet(server, [company.inspector], company.site)
