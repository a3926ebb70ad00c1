"""What this process has answered: requests by route template and status, ops by receipt.

Labels are bounded: templates, methods and statuses of our own, never an address or an id.
"""

from collections import Counter
from dataclasses import dataclass, field

from litestar.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Counts:
    """``requests`` by (method, template, status); ``ops`` of pushes by the receipt's status."""

    requests: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    ops: Counter[str] = field(default_factory=Counter)


def counted(app: ASGIApp) -> ASGIApp:
    """Count each answer as it begins."""

    async def count(scope: Scope, receive: Receive, send: Send) -> None:
        counts: Counts = scope["litestar_app"].state.core.counts
        label = str(scope.get("method", "")), scope["path_template"]

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                counts.requests[(*label, message["status"])] += 1
            await send(message)

        await app(scope, receive, sent)

    return count
