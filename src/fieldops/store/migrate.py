"""Migrations."""

from sqlalchemy import Engine
from sqlmodel import SQLModel

from fieldops.store import tables


def prepare(engine: Engine) -> None:
    """Create what is missing."""
    SQLModel.metadata.create_all(engine, tables=tables.SQLModel.metadata.sorted_tables)
