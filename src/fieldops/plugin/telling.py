"""What went wrong within a plugin, told in the log of the worker with the whole traceback.

structlog takes longer to import than everything else that a plugin's process needs, so that process
writes its lines by itself, in the same form.
"""

import sys
import traceback
from datetime import UTC, datetime

import msgspec


def tell(event: str, **members: object) -> None:
    """Log the exception that is being handled; called by whoever holds a plugin.

    A traceback names places and the exception's text, never the values that a plugin worked on.
    """
    if "structlog" in sys.modules:
        import structlog

        structlog.get_logger(__name__).exception(event, **members)
        return
    line = {
        **members,
        "event": event,
        "level": "error",
        "timestamp": datetime.now(UTC).isoformat(),
        "exception": traceback.format_exc(),
    }
    sys.stderr.write(msgspec.json.encode(line).decode() + "\n")
