"""The domain at work: registers, an earlier walk and notes through the real sync."""

from typing import Any

from fieldops.testing import entry, photo

COMPLIANCE = "confidentiality-compliance"
MOBILE = "13812340000"


def test_habit_of_a_room_and_what_must_not_be_written_or_photographed(plugin_play: Any) -> None:
    play = plugin_play("fieldops_confidentiality")
    play.register(
        entry(
            "backup-drills",
            "D-1",
            place="云",
            kind="restore",
            held_on="2026-09-02",
            result="failed",
        )
    )
    unlocked = {"holds_level": "l2", "screens_unlocked@301": 1}
    play.walk(COMPLIANCE, like=0, date="2026-11-21", answers=unlocked)
    assert play.rules() == ["drill-failed", "drill-overdue", "leak-drill-overdue"]
    again = {**unlocked, "remarks": f"业主电话 {MOBILE}"}
    shots = [photo("screens_unlocked", repeat="301", caption=f"机主 {MOBILE}")]
    play.walk(COMPLIANCE, like=0, date="2026-12-01", answers=again, photos=shots)
    told = {one.rule: one for one in play.findings()}
    photographed = {"photo.not-wanted", "photo.personal-in-caption"}
    assert {"exposed-again", "personal-in-text", *photographed} <= told.keys()
    assert told["exposed-again"].evidence == {"earlier_days": "2026-11-21"}
    assert all(MOBILE not in str(one) for one in told.values()), "nothing copies what it found"
    assert {one.deadline[-6:] for one in told.values() if one.rule == "exposed-again"} == {"+08:00"}
