"""Placeholders and ops of a vector, filled in: ``${walk}`` becomes an id, an op becomes bytes."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from fieldops_sync.ids import override_id, policy_id, result_id, uuid7

_PLACE = re.compile(r"\$\{([^}]*)\}")
_MEMBERS = ("id", "type", "subject", "site", "actor", "at", "payload", "seq", "base", "def")
AT = {"wall": "2026-11-21T20:00:00+08:00", "mono": 1000, "boot": "${boot}"}


class Names:
    """What the placeholders of one case stand for; a new name becomes a new UUIDv7."""

    def __init__(self, lookup: Callable[[str], str | None]) -> None:
        self._lookup = lookup
        self.known: dict[str, str] = {}

    def fill(self, value: Any) -> Any:
        """The value with every placeholder replaced."""
        if isinstance(value, str) and value.startswith("${int:"):
            return int(self.get(value[6:-1]))
        if isinstance(value, str):
            return _PLACE.sub(lambda found: self.get(found[1]), value)
        if isinstance(value, list):
            return [self.fill(one) for one in value]
        if isinstance(value, dict):
            return {self.fill(name): self.fill(one) for name, one in value.items()}
        return value

    def get(self, name: str) -> str:
        """What one placeholder stands for."""
        kind, _, rest = name.partition(":")
        if kind == "sha256":
            return hashlib.sha256(rest.encode()).hexdigest()
        if kind == "result":
            walk, item, *repeat = rest.split("/")
            return str(result_id(UUID(self.get(walk)), item, *repeat))
        if kind == "override":
            checklist, _, item = rest.partition("/")
            return str(override_id(UUID(self.get("site")), checklist, item))
        if kind == "policy":
            return str(policy_id(UUID(self.get("site")), rest))
        if name not in self.known:
            self.known[name] = self._lookup(name) or str(uuid7())
        return self.known[name]


class Writer:
    """Writes the ops of one tablet; remembers every op by its name, byte for byte."""

    def __init__(self, names: Names, sent: dict[str, bytes]) -> None:
        self._names = names
        self._sent = sent
        self._seq = 0

    def write(self, given: dict[str, Any]) -> list[bytes]:
        """The bytes of what stands in ``ops``: one op, or ``times`` many."""
        if "times" in given:
            return [self._one({**given["each"]}) for _ in range(given["times"])]
        return [self._one(given)]

    def _one(self, given: dict[str, Any]) -> bytes:
        if "again" in given:
            return self._again(given)
        name = given.get("op", "")
        if "raw" in given:
            self._seq += 1
            text: str = self._names.fill(given["raw"].replace("${seq}", str(self._seq)))
            raw = text.encode("utf-8", "surrogatepass")
        else:
            raw = _dump(self._complete(given))
            raw = _padded(raw, given.get("to_bytes"))
        if name:
            self._sent[name] = raw
        return raw

    def _again(self, given: dict[str, Any]) -> bytes:
        raw: bytes = self._sent[given["again"]]
        changed = {name: given[name] for name in given if name != "again"}
        if not changed:
            return raw
        op = json.loads(raw)
        if changed.pop("reordered", False):
            spelled = json.dumps(dict(reversed(op.items())), indent=1, ensure_ascii=True)
            return spelled.encode()
        return _dump({**op, **self._names.fill(changed)})

    def _complete(self, given: dict[str, Any]) -> dict[str, Any]:
        """Fill in whatever a case leaves out; see "Ops" in the README."""
        op = {name: one for name, one in given.items() if name not in ("op", "without", "to_bytes")}
        payload = op.setdefault("payload", {})
        if isinstance(op.get("subject"), str):
            kind, name = op["subject"].split()
            op["subject"] = {"kind": kind, "id": "${" + name + "}"}
        if "subject" not in op:
            walk, item = payload["inspection"], payload["item"]
            repeat = payload.get("repeat", "")
            named = f"result:{walk[2:-1]}/{item}" + (f"/{repeat}" if repeat else "")
            op["subject"] = {"kind": "result", "id": "${" + named + "}"}
        if "seq" not in op:
            self._seq += 1
            op["seq"] = self._seq
        defaults = {"id": "${" + given["op"] + "}" if "op" in given else str(uuid7())}
        defaults |= {"site": "${site}", "actor": "${inspector}", "at": AT}
        whole = self._names.fill({**defaults, **op})
        left = {name: one for name, one in whole.items() if name not in given.get("without", ())}
        return dict(sorted(left.items(), key=_place))


def _place(member: tuple[str, Any]) -> int:
    return _MEMBERS.index(member[0]) if member[0] in _MEMBERS else len(_MEMBERS)


def _dump(op: dict[str, Any]) -> bytes:
    return json.dumps(op, ensure_ascii=False, separators=(",", ":")).encode()


def _padded(raw: bytes, to_bytes: int | None) -> bytes:
    """The op with blanks after its first brace: exactly so many bytes, and still the same op."""
    return raw if to_bytes is None else b"{" + b" " * (to_bytes - len(raw)) + raw[1:]
