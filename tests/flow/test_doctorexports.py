"""The doctor names what destinations need on this machine and do not find."""

from pathlib import Path
from typing import Any

from fieldops.flow.doctorexports import examine
from fieldops.settings import load_settings


def test_folders_and_keys_that_are_not_there_are_named(tmp_path: Path):
    key, out = tmp_path / "key", tmp_path / "out"
    host = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
    away: dict[str, Any] = {"kind": "sftp", "host": "h", "user": "u", "path": "/in"}
    places = [
        {"name": "office", "kind": "folder", "folder": str(out)},
        {"name": "away", **away, "key_file": str(key), "host_key": host},
        {"name": "fetched", "kind": "pull"},
    ]
    settings = load_settings(data_dir=tmp_path, export={"destinations": places})
    found = list(examine(settings))
    assert [(one.name, one.state, one.found["en"]) for one in found] == [
        ("export office", "warn", f"folder: {out} is not there"),
        ("export away", "warn", f"key_file: {key} is not there"),
    ]
    assert all(one.advice.keys() == {"zh-CN", "en"} for one in found)
    out.mkdir()
    key.write_text("a key")
    assert list(examine(settings)) == []
