"""A company and a tablet of it that works without any network, for tests of the command line."""

from pathlib import Path
from uuid import UUID, uuid4

from tests.cli.helping import Line

from fieldops.cli.shell import Shell
from fieldops.flow import auditkey, setup
from fieldops.settings import load_settings
from fieldops.store import meta
from fieldops.store.engine import Store, open_store
from fieldops_sync.ids import result_id, uuid7
from fieldops_sync.outbox import Outbox
from fieldops_sync.wire import EnrolRequest, Subject

PIN = "2580"


class Company:
    """One site, an inspector ``li`` and a supervisor ``han``."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.site = UUID(line.json("site", "add", "CH", "翠湖花园")["id"])
        self.inspector = self.add_inspector("li", "李雷", "CH")
        line("user", "add", "han", "韩梅梅")
        line("user", "grant", "han", "supervisor", "--everywhere")

    def add_inspector(self, login: str, name: str, site: str) -> UUID:
        """Somebody who walks on a site, with a PIN."""
        user = UUID(self.line.json("user", "add", login, name)["id"])
        self.line("user", "set-pin", login, typed=f"{PIN}\n{PIN}\n")
        self.line("user", "grant", login, "inspector", "--site", site)
        return user

    def open_store(self) -> Store:
        """The database of the command line."""
        default = f"sqlite:///{self.line.data_dir / 'fieldops.db'}"
        store = open_store(self.line.environment.get("FIELDOPS_DATABASE_URL", default))
        keys = auditkey.read(load_settings(data_dir=self.line.data_dir))
        store.mark_with(None if keys is None else keys.marking)
        return store

    def enrol(
        self, folder: Path, name: str = "T1", login: str = "li", user: UUID | None = None
    ) -> Outbox:
        """A tablet with a code from the command line; its person is signed in."""
        code = self.line.json("device", "enrol", name, "--person", login)["code"]
        outbox = Outbox(folder)
        asked = EnrolRequest(code, outbox.key.public_jwk, outbox.incarnation, "Pad 7", "1.0")
        store = self.open_store()

        def job(session):
            return setup.enrol(session, asked, meta.secret(session), self.line_now())

        outbox.enrolled(store.write(job).result())
        store.close()
        outbox.sign_in(user or self.inspector, PIN)
        return outbox

    def line_now(self) -> int:
        """The clock of the command line."""
        return Shell.now_ms()


def walk(outbox: Outbox, site: UUID, photos: list[bytes] | None = None) -> UUID:
    """A walk of two results, with photos; the inspection's id."""
    inspection = uuid7()
    for item in ("floor", "lamp"):
        payload = {"inspection": str(inspection), "item": item, "outcome": "pass"}
        outbox.record(
            "result.record@1", Subject("result", result_id(inspection, item)), site, payload
        )
    for photo in photos or []:
        sha256 = outbox.capture(photo, "image/jpeg", site)
        named = {"inspection": str(inspection), "sha256": sha256, "size_bytes": len(photo)}
        outbox.record("photo.attach@1", Subject("photo", uuid4()), site, named, media=[sha256])
    return inspection
