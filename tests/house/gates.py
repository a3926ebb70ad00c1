"""The coverage gates: run after the tests, `python -m tests.house.gates var/coverage.json`.

Lines and branches of the whole server must be covered to 95 %, and the guard code, through which
all bytes from outside come in, completely.
"""

import json
import sys
from pathlib import Path
from typing import Any

TOTAL_PERCENT = 95.0
GUARDS = (
    "flow/decode",
    "flow/admit",
    "flow/upload",
    "web/auth",
    "web/origin",
    "web/cookies",
    "web/session",
    "web/sessions",
    "web/signon",
    "flow/sessions",
    "flow/signin",
    "flow/lockout",
    "flow/passwords",
    "flow/signon",
    "flow/first",
    "web/first",
    "flow/oidc",
    "flow/oidcfetch",
    "flow/oidcflow",
    "flow/oidckeys",
    "rules/passwords",
    "rules/lockout",
    "rules/signon",
    "rules/addresses",
)
"""Modules, or packages of that name, under src/fieldops."""


def failures(report: dict[str, Any]) -> list[str]:
    """What a coverage report in coverage.py's JSON format lacks, a sentence each."""
    total = float(report["totals"]["percent_covered"])
    found = [_guard_gap(guard, report["files"]) for guard in GUARDS]
    if total < TOTAL_PERCENT:
        found.insert(0, f"fieldops: {total:.2f} % of lines and branches, {TOTAL_PERCENT} are asked")
    return [sentence for sentence in found if sentence]


def _guard_gap(guard: str, files: dict[str, Any]) -> str:
    """What the guard lacks, or nothing.  A guard that was not measured at all lacks everything."""
    prefix = f"src/fieldops/{guard}"
    mine = {name: file for name, file in files.items() if _belongs(name, prefix)}
    if not mine:
        return f"{prefix}: not measured; did a guard module move?"
    open_places = [
        f"{name}: lines {file['missing_lines']}, branches {file.get('missing_branches', [])}"
        for name, file in sorted(mine.items())
        if file["missing_lines"] or file.get("missing_branches")
    ]
    return f"{prefix} must be covered completely: {'; '.join(open_places)}" if open_places else ""


def _belongs(name: str, prefix: str) -> bool:
    path = name.replace("\\", "/")
    return path == f"{prefix}.py" or path.startswith(f"{prefix}/")


def main(path: str) -> int:
    """Print the gaps; the exit code is 1 when there are any."""
    report = json.loads(Path(path).read_text())
    gaps = failures(report)
    for gap in gaps:
        print(f"coverage: {gap}", file=sys.stderr)
    if not gaps:
        print(f"coverage: {report['totals']['percent_covered']:.2f} % of lines and branches")
    return 1 if gaps else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
