import time
from uuid import UUID, uuid5

from msgspec import UNSET

from fieldops_sync.ids import (
    RESULT_NAMESPACE,
    actor_id,
    finding_id,
    result_id,
    result_number,
    uuid7,
    uuid8,
)
from fieldops_sync.wire import unset

ONE, OTHER = uuid7(), uuid7()


def test_new_ids_are_ordered_by_time_and_of_version_7() -> None:
    before_ms = time.time_ns() // 1_000_000
    made = uuid7()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert before_ms <= made.int >> 80 <= before_ms + 10_000
    assert len({uuid7() for _ in range(1000)}) == 1000


def test_the_same_parts_give_the_same_version_8_id() -> None:
    assert uuid8(b"a", b"b") == uuid8(b"a", b"b") != uuid8(b"ab")
    assert (uuid8(b"a").version, uuid8(b"a").variant) == (8, "specified in RFC 4122")


def test_two_tablets_that_answer_the_same_item_meet() -> None:
    assert result_id(ONE, "lift.door", "2") == result_id(UUID(str(ONE)), "lift.door", "2")
    made = {
        result_id(ONE, "lift.door", "2"),
        result_id(ONE, "lift.door"),
        result_id(ONE, "lift.doo", "r2"),
        result_id(OTHER, "lift.door", "2"),
    }
    assert len(made) == 4


def test_results_of_a_walk_lie_together_and_those_of_walks_in_their_order() -> None:
    first, second = sorted((uuid7(), UUID(int=uuid7().int + (1 << 80))))
    made = [result_id(walk, f"item-{n}") for walk in (first, second) for n in range(50)]
    assert max(made[:50]) < min(made[50:])
    assert {(one.version, one.variant) for one in made} == {(8, "specified in RFC 4122")}
    for walk, subject in ((first, made[3]), (second, made[53])):
        assert str(subject)[:14] == str(walk)[:14]
        assert str(subject)[15:] == str(uuid5(RESULT_NAMESPACE, f"{walk}\x1fitem-3\x1f"))[15:]
        assert subject.int == result_number(str(walk), "item-3", "")
        assert subject.int != result_number(str(walk), "item-4", "")
        assert subject.int != result_number(str(uuid7()), "item-3", "")


def test_actors_and_findings_have_ids_of_their_own() -> None:
    assert actor_id("media") == actor_id("media") != actor_id("plugin:cleaning")
    assert finding_id("cleaning", "litter", ONE) != finding_id("cleaning", "litter", OTHER)
    assert finding_id("cleaning", "a", ONE) != finding_id("cleanin", "ga", ONE)


def test_members_left_out_are_told_from_null() -> None:
    assert unset(UNSET)
    assert not unset(None)
