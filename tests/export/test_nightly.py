"""A night's run comes about once, arrives whole, and is accepted by head office's word."""

import json
from pathlib import Path

from tests.export.delivering import MANIFEST, delivering, folder, sha256


def test_a_night_is_delivered_and_the_next_one_begins_where_it_was_accepted(
    database_url: str, tmp_path: Path
):
    out = tmp_path / "out"
    with delivering(database_url, tmp_path, folder("office", out)) as office:
        office.step()
        assert office.runs() == []
        day = office.to_next_night()
        office.step()
        (first,) = office.runs("office")
        assert (first.name, first.kind, first.after) == (f"office-{day}-full", "full", 0)
        assert (first.step, first.deliveries) == ("accept", 1)
        manifest = out / first.name / MANIFEST
        assert sha256(manifest) == first.manifest
        told = json.loads(manifest.read_bytes())
        for one in told["resources"]:
            assert sha256(out / first.name / one["path"]) == one["hash"].removeprefix("sha256:")
        assert office.watermark("office") == 0
        # Head office lays its word beside the manifest.
        (out / first.name / "datapackage.json.ack").write_text(f"{first.manifest}\n")
        office.step()
        assert office.watermark("office") == first.until
        office.write(2)
        office.night()
        second = office.runs("office")[1]
        assert (second.kind, second.after) == ("incremental", first.until)
        assert second.until > first.until
        brought = json.loads((out / second.name / MANIFEST).read_bytes())["fieldops"]["datasets"]
        assert brought["sites"]["totals"]["changes"] == {"added": 2}
