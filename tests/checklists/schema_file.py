"""Writes checklists/checklist.schema.json, by which editors complete and check checklists.

python -m tests.checklists.schema_file            writes it
python -m tests.checklists.schema_file --check    changes nothing; exit code 1 when it is stale
"""

import sys
from pathlib import Path

from fieldops.rules.checklistschema import NAME, schema_text

FILE = Path(__file__).resolve().parents[2] / "checklists" / NAME


def main(arguments: list[str], file: Path = FILE) -> int:
    """Write, or with ``--check`` only compare."""
    if file.exists() and file.read_text(encoding="utf-8") == schema_text():
        return 0
    if arguments == ["--check"]:
        sys.stderr.write(f"stale: {file.name}\n")
        return 1
    file.write_text(schema_text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
