"""What cleaning adds to the export: the score of every place of a walk."""

from fieldops.testing import Kit


def test_places_are_rows_with_their_score_and_what_failed(kit: Kit):
    (declared,) = kit.call("declare_datasets")
    assert (declared.name, declared.key) == ("area_scores", ("section", "place"))
    walk = kit.walk(like=0, fail=("lift_floor@1号梯",))
    asked = {"inspection": walk, "checklist": kit.checklists()[0]}
    rows = {(one["section"], one["place"]): one for one in kit.call("add_export_rows", **asked)}
    one, two = rows["lifts", "1号梯"], rows["lifts", "2号梯"]
    assert (one["type"], one["failed"], two["failed"], two["score"]) == ("lift", 1, 0, "100")
    assert float(one["score"]) < 100
    assert (rows["lobby", "lobby"]["type"], rows["lobby", "lobby"]["score"]) == ("lobby", "100")
    assert ("lifts", "lifts") not in rows
