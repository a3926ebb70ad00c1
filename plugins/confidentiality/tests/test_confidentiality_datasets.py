"""What confidentiality adds to the export: incidents, of which L1 learns that they were."""

from fieldops.testing import Kit

COMPLIANCE = "confidentiality-compliance"


def test_what_lay_open_is_a_row_of_which_most_is_level_three(kit: Kit):
    (declared,) = kit.call("declare_datasets")
    levels = {one.name: one.level for one in declared.columns}
    assert {name for name, level in levels.items() if level == 3} == {
        "item", "place", "seen", "note"
    }  # fmt: skip
    assert declared.key == ("number",)
    open_ = {"desks_papers@301": 1, "visitors_book": "open"}
    rows = kit.call("add_export_rows", inspection=kit.walk(COMPLIANCE, like=0, answers=open_))
    told = [(one["number"], one["item"], one["place"], one["seen"]) for one in rows]
    assert told == [(1, "desks_papers", "301", "1"), (2, "visitors_book", "", "open")]
    assert {one["holds"] for one in rows} == {"l3"}
    assert kit.call("add_export_rows", inspection=kit.walk(COMPLIANCE, like=0)) == ()
