"""What alembic runs for every command: on the connection that ``migrate`` hands over."""

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import fieldops.store.audittables  # Their import fills the metadata.
import fieldops.store.desktables
import fieldops.store.exporttables
import fieldops.store.findingtables
import fieldops.store.formtables
import fieldops.store.jobtables
import fieldops.store.looptables
import fieldops.store.maptables
import fieldops.store.notifytables
import fieldops.store.oncetables
import fieldops.store.phototables
import fieldops.store.reporttables
import fieldops.store.rostertables
import fieldops.store.signintables
import fieldops.store.tables  # noqa: F401


def _render(kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    """Write SQLModel's own text type as what it is; everything else as alembic does."""
    return "sa.String()" if kind == "type" and isinstance(thing, AutoString) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    # SQLite can roll back what creates tables, since ``engine`` begins transactions itself.
    transactional_ddl=True,
    render_as_batch=True,
    render_item=_render,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
