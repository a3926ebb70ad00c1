"""The vectors as data: ``sync/vectors/*.json``, whose format its README describes."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "sync" / "vectors"


@dataclass(frozen=True)
class Case:
    """One vector; ``data`` is as it stands in its file."""

    file: str
    name: str
    data: dict[str, Any]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Everything that happens, in order; the step that the case is about has ``expect``."""
        send = {**self.data["send"], "expect": self.data["expect"]}
        return [*self.data.get("given", []), send, *self.data.get("then", [])]

    @property
    def expectations(self) -> list[dict[str, Any]]:
        """Everything that is expected anywhere in the case."""
        return [step["expect"] for step in self.steps if "expect" in step]


def cases() -> list[Case]:
    """Every vector that talks to a server."""
    return [
        Case(path.name, one["name"], one)
        for path in sorted(FOLDER.glob("*.json"))
        for one in json.loads(path.read_text(encoding="utf-8"))["cases"]
        if "send" in one
    ]


def hash_cases() -> list[dict[str, Any]]:
    """The vectors of the canonical hash and of derived ids: no server needed."""
    found: list[dict[str, Any]] = json.loads((FOLDER / "canonical.json").read_text("utf-8"))[
        "cases"
    ]
    return found
