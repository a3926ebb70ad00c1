"""A tablet app to be killed: records, pushes to a file that plays server, pulls, without end.

It prints a line only after the outbox has said that a thing is done, so that the test knows what
was promised.  Run as a program: ``crash_tablet.py FOLDER``.
"""

import sys
from pathlib import Path
from uuid import uuid4

from tests.sync.factories import (
    DEVICE,
    INSPECTOR,
    SITE,
    change,
    custody,
    page,
    pushed,
)

from fieldops_sync.outbox import Outbox
from fieldops_sync.wire import Subject


def promise(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(folder: Path) -> None:
    with Outbox(folder / "box") as outbox, (folder / "server").open("a") as server:
        promise("open")
        number = 0
        while True:
            number += 1
            subject = Subject("result", uuid4())
            op = outbox.record(
                "result.record@1", subject, SITE, {"note": "x" * 300}, actor=INSPECTOR.id
            )
            promise(f"op {op}")
            if number % 3 == 0:
                data = uuid4().bytes * 4000
                promise(f"photo {outbox.capture(data, 'image/jpeg', SITE)}")
            if number % 4 == 0:
                batch = outbox.next_batch()
                for op_id in batch.ids:
                    server.write(f"{op_id}\n")
                server.flush()
                outbox.settle_push(pushed([custody(op_id) for op_id in batch.ids]))
            if number % 5 == 0:
                cursor = int(outbox.pull_request().cursor or "0") + 1
                outbox.apply_page(page([change(subject=DEVICE, revision=cursor)], str(cursor)))
                promise(f"page {cursor}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
