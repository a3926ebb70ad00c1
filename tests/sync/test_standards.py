"""What a tablet makes of pulled standards: which versions are offered, what its sites changed."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
from tests.sync.factories import SITE, change, enrolled_outbox, page

from fieldops_sync.standards import offered, site_overrides
from fieldops_sync.wire import Change


def version(number: int, key: str = "lobby", **more: Any) -> Change:
    body = {"key": key, "version": f"{number}.0", "sha256": f"{number}" * 64, "number": number}
    return change("checklist", uuid4(), body={**body, **more})


def override(item: str, values: dict[str, Any] | None, checklist: str = "lobby") -> Change:
    body = {"checklist": checklist, "item": item, "values": values, "reason": "x"}
    return change("override", uuid4(), body=body)


def test_the_newest_version_that_is_not_withdrawn_is_offered() -> None:
    gone: dict[str, Any] = {"withdrawn": {"reason": "misprint", "by": "somebody"}}
    known = [version(2), version(3, **gone), version(1), version(1, key="attic"), version(9, "x")]
    assert [(one.key, one.version) for one in offered(known)] == [
        ("attic", "1.0"),
        ("lobby", "2.0"),
        ("x", "9.0"),
    ]
    assert offered([version(1, **gone)]) == []


def test_the_mirror_keeps_what_a_site_changed(tmp_path: Path) -> None:
    changes = [
        override("floor", {"weight": "2", "applies": False}),
        override("", {"threshold_percent": "70"}),
        override("walls", None),
        override("floor", {"weight": "9"}, checklist="attic"),
    ]
    with enrolled_outbox(tmp_path) as outbox:
        outbox.apply_page(page(changes, "c1"))
        found = site_overrides(outbox.records("override", SITE), "lobby")
        assert {item: (one.weight, one.applies) for item, one in found.items()} == {
            "": (None, True),
            "floor": ("2", False),
        }
        assert found[""].threshold_percent == "70"
        taken = msgspec.structs.replace(
            changes[0], revision=99, body=msgspec.Raw(b'{"checklist":"lobby","item":"floor"}')
        )
        outbox.apply_page(page([taken], "c2"))
        assert list(site_overrides(outbox.records("override", SITE), "lobby")) == [""]
