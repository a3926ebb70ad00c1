"""The security plugin keeps the contract of every plugin."""

from fieldops.testing import assert_contract


def test_contract() -> None:
    assert_contract("fieldops_security")
