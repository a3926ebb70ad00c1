"""Comparing what came with what a vector expects."""

from typing import Any

ANY = "*"
TYPE_PREFIX = "urn:fieldops:problem:"


def differences(expected: Any, found: Any, where: str = "") -> list[str]:
    """Where ``found`` is not as expected: objects may hold more, lists may not, ``*`` is anything.

    An expected null also fits a member that is not there: the wire leaves defaults out.
    """
    if expected == ANY:
        return [] if found is not None else [f"{where}: nothing is there"]
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            line
            for name, one in expected.items()
            for line in differences(one, found.get(name, _default(one)), f"{where}.{name}")
        ]
    if isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            return [f"{where}: {len(found)} instead of {len(expected)}: {found!r:.800}"]
        return [
            line
            for number, (one, other) in enumerate(zip(expected, found, strict=True))
            for line in differences(one, other, f"{where}[{number}]")
        ]
    same = expected == found and type(expected) is type(found)
    return [] if same else [f"{where}: {found!r:.300} instead of {expected!r:.300}"]


def _default(expected: Any) -> Any:
    """Lists that are empty and numbers that are 0 are left out on the wire."""
    return expected if expected in ([], {}, "", 0) else None


def receipt(expected: dict[str, Any]) -> dict[str, Any]:
    """A receipt of a vector as it travels: ``problem`` is a slug there."""
    whole = dict(expected)
    if isinstance(whole.get("problem"), str):
        whole["problem"] = {"type": TYPE_PREFIX + whole["problem"]}
    if isinstance(whole.get("stands"), dict):
        whole["stands"] = receipt(whole["stands"])
    return whole
