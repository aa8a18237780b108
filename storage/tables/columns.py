"""What the tables have in common: their metadata, and the columns that many of them have."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    MetaData,
    SmallInteger,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


def row_id() -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def chat() -> tuple[Column[str], Column[str]]:
    """The address of a chat."""
    return Column("channel", Text, nullable=False), Column("chat_id", Text, nullable=False)


def time(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False)


def time_or_null(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True))


def time_of_insert(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def string(name: str, default: str = "") -> Column[str]:
    """Text that is never null."""
    return Column(name, Text, nullable=False, server_default=text(f"'{default}'"))


def texts(name: str) -> Column[object]:
    return Column(name, ARRAY(Text), nullable=False, server_default=text("'{}'"))


def flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def counter(name: str) -> Column[int]:
    return Column(name, SmallInteger, nullable=False, server_default=text("0"))
