"""Findings carry no copy of personal information, whatever the plugin was shown."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.flow.following import Walk, no_photos, plugin, walking

from fieldops import builtin
from fieldops.flow.pluginreader import PluginReader
from fieldops.model.access import Level
from fieldops.model.finding import FindingDraft
from fieldops.model.inspection import Inspection

IDENTITY, MOBILE = "11010519491231002X", "13800138000"
NOTE = f"身份证{IDENTITY}，电话{MOBILE}"
MASKED = "身份证110105********002X，电话138****8000"


@pytest.fixture
def walk(database_url: str, tmp_path: Path) -> Iterator[Walk]:
    with walking(database_url, tmp_path) as made:
        yield made


def raise_copies(inspection: Inspection) -> tuple[FindingDraft, ...]:
    """Copies every note into title and evidence."""
    return tuple(
        FindingDraft(
            rule="copied",
            titles={"zh-CN": one.note, "en": one.note},
            item=one.item,
            evidence={"note": one.note, "kinds": " ".join(one.personal)},
        )
        for one in inspection.failed
    )


def test_findings_carry_no_copy(walk: Walk) -> None:
    walk.start()
    walk.record("floor", "fail", note=NOTE)
    nosy = plugin("nosy", raise_findings=raise_copies)
    walk.follow(PluginReader(nosy, no_photos, level=Level.L3))
    walk.follow(PluginReader(builtin.load(), no_photos, is_default=True, level=Level.L3))
    failed, copied = walk.findings()[1], walk.findings()[0]
    assert copied.body["titles"] == {"zh-CN": MASKED, "en": MASKED}
    assert copied.body["evidence"] == {"note": MASKED, "kinds": "identity-number mobile"}
    assert failed.body["evidence"] == {"note": MASKED}
    assert "raised" not in failed.body
    raws = walk.server.look(lambda s: s.execute(text("SELECT raw FROM ledger")).scalars().all())
    told = [bytes(raw) for raw in raws if b"finding.raise@1" in bytes(raw)]
    assert len(told) == 2
    assert not any(number.encode() in raw for raw in told for number in (IDENTITY, MOBILE))


def test_what_was_raised_is_judged_as_before_the_same_masked(walk: Walk) -> None:
    """A reader that goes over it again finds nothing new."""
    walk.start()
    walk.record("floor", "fail", note=NOTE)
    nosy = plugin("nosy", raise_findings=raise_copies)
    walk.follow(PluginReader(nosy, no_photos))
    before = walk.head()
    walk.replay("nosy")
    walk.follow(PluginReader(nosy, no_photos))
    assert walk.head() == before
    assert walk.findings()[0].body["evidence"]["note"] == MASKED
