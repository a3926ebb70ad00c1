"""What facilities adds to the export: a row for each meter that was read."""

from fieldops import ResultView
from fieldops.testing import Kit

ENERGY = "facilities-meters-and-energy"
WATER = "meter_reading@总水表"


def test_a_reading_is_a_row_with_its_usage(kit: Kit):
    (declared,) = kit.call("declare_datasets")
    assert (declared.name, declared.key) == ("meter_readings", ("item", "place"))
    others = {f"meter_reading@{name}": None for name in ("总电表", "燃气表", "热表")}
    answers = {**others, WATER: {"reading": "5100", "previous": "5000"}}
    walk = kit.walk(ENERGY, like=0, answers=answers)
    read = walk.find("meter_reading", "总水表")
    assert isinstance(read, ResultView)
    rows = kit.call("add_export_rows", inspection=walk, checklist=kit.checklist(ENERGY))
    (row,) = [one for one in rows if one["place"] == "总水表"]
    told = (row["item"], row["reading"], row["previous"], row["usage"], row["outcome"])
    assert told == ("meter_reading", "5100", "5000", "100", read.outcome)
    assert not {"总电表", "燃气表", "热表"} & {one["place"] for one in rows}
