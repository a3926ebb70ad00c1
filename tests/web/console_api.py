"""Writes ui/api.json: what the console's pages need of the OpenAPI document, for their types.

python -m tests.web.console_api            writes it
python -m tests.web.console_api --check    changes nothing; exit code 1 when it is stale

It holds the routes of the desk with what they take and what they answer when all is well; a problem
has one shape everywhere (``Problem``).  ``npm run build`` makes TypeScript of it.
"""

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.factories import running
from tests.web.fuzzing import DOCUMENT

FILE = Path(__file__).resolve().parents[2] / "ui" / "api.json"
_DESK = "/api/v1/"
_METHODS = ("get", "post", "put", "patch", "delete")
_KEY = "Idempotency-Key"
"""Given to whatever makes something by one module of the pages, and by no page itself."""
_REFERENCE = re.compile(r'"#/components/schemas/([^"]+)"')


def document() -> dict[str, Any]:
    """The whole document, as a server answers it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running(f"sqlite:///{folder / 'fieldops.db'}", folder) as server:
            found: dict[str, Any] = server.client.get(DOCUMENT).json()
            return found


def reduced(whole: dict[str, Any]) -> dict[str, Any]:
    """The desk's routes, their parameters, bodies and good answers, and the schemas they name."""
    paths = {
        path: {method: _operation(item[method]) for method in _METHODS if method in item}
        for path, item in whole["paths"].items()
        if path.startswith(_DESK)
    }
    schemas = whole["components"]["schemas"]
    named = _named([*paths.values(), {"$ref": "#/components/schemas/Problem"}], schemas)
    text = json.dumps(
        {
            "openapi": whole["openapi"],
            "info": whole["info"],
            "paths": paths,
            "components": {"schemas": {name: schemas[name] for name in named}},
        }
    )
    short = {name: _short(name) for name in named}
    assert len(set(short.values())) == len(short), "two schemas have one name"
    shortened: dict[str, Any] = json.loads(
        _REFERENCE.sub(lambda found: f'"#/components/schemas/{short[found[1]]}"', text)
    )
    kept = shortened["components"]["schemas"]
    shortened["components"]["schemas"] = {short[name]: kept[name] for name in named}
    return shortened


def _operation(operation: dict[str, Any]) -> dict[str, Any]:
    good = {code: one for code, one in operation["responses"].items() if code.startswith("2")}
    parameters = [
        {name: one[name] for name in ("name", "in", "required", "schema")}
        for one in operation.get("parameters", [])
        if one["name"] != _KEY
    ]
    body = {"requestBody": operation["requestBody"]} if "requestBody" in operation else {}
    return {"parameters": parameters, "responses": good, **body}


def _named(found: Any, schemas: dict[str, Any]) -> list[str]:
    """The schemas that are named there, and those that these name."""
    waiting, named = _REFERENCE.findall(json.dumps(found)), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in named:
            named.add(name)
            waiting += _REFERENCE.findall(json.dumps(schemas[name]))
    return sorted(named)


def _short(name: str) -> str:
    """``fieldops.flow.reviewqueue.Entry`` is ``ReviewqueueEntry``."""
    *_, room, last = ["", *name.split(".")]
    return room.capitalize() + last


def main(arguments: list[str], file: Path = FILE) -> int:
    """Write, or with ``--check`` only compare."""
    text = json.dumps(reduced(document()), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return 0
    if arguments == ["--check"]:
        sys.stderr.write(f"stale: {file.name}\n")
        return 1
    file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
