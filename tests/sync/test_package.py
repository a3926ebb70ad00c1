import subprocess
import sys

import pytest

import fieldops_sync


def test_every_exported_name_is_there_and_sorted() -> None:
    assert fieldops_sync.__all__ == sorted(fieldops_sync.__all__)
    assert set(fieldops_sync._HOMES) == set(fieldops_sync.__all__)
    for name in fieldops_sync.__all__:
        assert getattr(fieldops_sync, name).__name__ == name


def test_unknown_names_are_told() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        _ = fieldops_sync.nothing


def test_the_wire_types_come_without_an_http_client() -> None:
    program = "import sys, fieldops_sync.wire; print('httpx' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert run.stdout.strip() == b"False"
