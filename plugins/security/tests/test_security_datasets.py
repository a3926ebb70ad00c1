"""What security adds to the export: a row for each point of a patrol."""

from fieldops.testing import Kit


def test_points_are_rows_whether_they_were_scanned_or_not(kit: Kit):
    (declared,) = kit.call("declare_datasets")
    levels = {one.name: one.level for one in declared.columns}
    assert (declared.name, declared.key, levels["visited_at"]) == ("patrol_points", ("point",), 2)
    walk = kit.walk(
        like=0, answers={"point_code@地下一层": None, "point_visited_at@地下一层": None}
    )
    rows = {one["point"]: one for one in kit.call("add_export_rows", inspection=walk)}
    gate, cellar = rows["东门"], rows["地下一层"]
    assert (gate["code"], gate["scanned"], gate["visited_at"]) == ("P-001", True, "09:12")
    assert (cellar["code"], cellar["scanned"], cellar["visited_at"]) == (None, False, None)
    assert gate["shift"] == cellar["shift"] != ""
