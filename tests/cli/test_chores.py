"""Which jobs a worker has beside following the log."""

from pathlib import Path

from fieldops.cli.chores import chores
from fieldops.settings import load_settings

OFFICE = """
[[export.destinations]]
name = "office"
kind = "pull"
level = 1
purpose = "figures"
"""


def test_exports_go_out_where_there_is_somewhere_to_go(tmp_path: Path):
    (tmp_path / "none.toml").touch()
    (tmp_path / "one.toml").write_text(OFFICE)
    none, one = (
        chores(load_settings(tmp_path / f"{name}.toml", data_dir=tmp_path)).keys()
        for name in ("none", "one")
    )
    assert "reports" in none
    assert one - none == {"exports"}
