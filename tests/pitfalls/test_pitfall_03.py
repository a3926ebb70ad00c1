"""Pitfall 3: one poison op spoils a whole batch."""

from typing import Any

import msgspec
import pytest
from tests.factories import Server, Tablet
from tests.pitfalls.helping import counts, raw

from fieldops_sync import framing
from fieldops_sync.ids import uuid7

POISON = {
    "lone-surrogate": b'{"id":"%s","type":"result.record@1","note":"\\ud800"}',
    "nan": b'{"id":"%s","value":NaN}',
    "deep": b'{"id":"%s","a":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "brackets-in-text": b'{"id":"%s","note":"]}\\"{[","b":nul}',
    "not-utf8": b'{"id":"%s","note":"\xff\xfe"}',
    "misfit": b'{"id":"%s","type":"result.record@1","payload":{"inspection":5}}',
    "unknown": b'{"id":"%s","type":"drone.fly@3"}',
    "number": b"17",
}


def with_poison(tablet: Tablet, poison: bytes, place: int) -> list[Any]:
    walk = uuid7()
    ops = [
        raw(tablet.op("result.record@1", inspection=walk, item=f"item-{number}"))
        for number in range(499)
    ]
    filled = poison % str(uuid7()).encode() if b"%s" in poison else poison
    return [*ops[:place], raw(filled), *ops[place:]]


@pytest.mark.unmeasured
@pytest.mark.parametrize("place", [0, 1, 250, 499])
def test_the_other_499_are_applied(server: Server, tablet: Tablet, place: int):
    for number, poison in enumerate(POISON.values()):
        receipts = tablet.receipts_of(with_poison(tablet, poison, place))
        statuses = [receipt["status"] for receipt in receipts]
        assert statuses.pop(place) == "quarantined" if number < len(POISON) else False
        assert statuses == ["applied"] * 499
        # The poison with no id of its own is one op for ever: its bytes are its id.
        assert counts(server)["quarantine"] == number + 1


@pytest.mark.parametrize("name", ["lone-surrogate", "nan", "deep"])
def test_without_the_scanner_the_batch_is_lost(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch, name: str
):
    def give_up(body: bytes) -> None:
        raise framing.FramingError("no scanner")

    monkeypatch.setattr(framing, "_cut", give_up)
    answer = tablet.push(with_poison(tablet, POISON[name], 250))
    assert answer.status_code == 400
    assert msgspec.json.decode(answer.content)["type"].endswith(":framing")
