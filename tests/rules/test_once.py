"""What is worked out once, and when it is worked out anew."""

from msgspec.structs import replace

from fieldops.model.inspection import EarlierResult, EarlierWalk
from fieldops.rules import once as once_module
from fieldops.rules.once import once, once_a_walk
from fieldops_sync.ids import uuid7


def walk(*items: str) -> EarlierWalk:
    results = tuple(EarlierResult(section="lobby", item=item) for item in items)
    return EarlierWalk(id=uuid7(), checklist="daily", date="2026-11-21", results=results)


def test_the_last_result_is_kept_for_the_same_values():
    asked = []

    @once
    def count(one: EarlierWalk, two: str) -> int:
        asked.append((one, two))
        return len(one.results)

    first, second = walk("floor"), walk("floor", "glass")
    assert [count(first, "a"), count(first, "a"), count(second, "a"), count(first, "b")] == [
        1, 1, 2, 1,
    ]  # fmt: skip
    assert asked == [(first, "a"), (second, "a"), (first, "b")]


def test_each_walk_keeps_its_result_until_it_is_another(monkeypatch):
    asked = []

    @once_a_walk
    def items(one: EarlierWalk) -> list[str]:
        asked.append(one)
        return [result.item for result in one.results]

    first, second = walk("floor"), walk("glass")
    changed = replace(first, results=second.results)
    assert [items(one) for one in (first, second, first)] == [["floor"], ["glass"], ["floor"]]
    assert (items(changed), items(changed)) == (["glass"], ["glass"])
    assert asked == [first, second, changed]
    monkeypatch.setattr(once_module, "_KEPT", 1)
    items(walk("lift"))
    assert items(changed) == ["glass"]
    assert asked.count(changed) > 1, "only so many are kept"
