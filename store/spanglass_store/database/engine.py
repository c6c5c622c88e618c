"""DuckDB's engine as the tables use it: connections, statements, faults.

The package `duckdb` is the same engine with an interface for relations around it, which takes four times as long to
load as the engine itself; of that, only exports have a use.
"""

from __future__ import annotations

from _duckdb import (
    Appender,
    BinderException,
    CatalogException,
    ConnectionException,
    ConversionException,
    DuckDBPyConnection,
    Error,
    FatalException,
    InternalException,
    InterruptException,
    InvalidInputException,
    IOException,
    OutOfMemoryException,
    OutOfRangeException,
    SerializationException,
    Statement,
    StatementType,
    TransactionException,
    connect,
)

__all__ = [
    "Appender",
    "BinderException",
    "CatalogException",
    "ConnectionException",
    "ConversionException",
    "DuckDBPyConnection",
    "Error",
    "FatalException",
    "IOException",
    "InternalException",
    "InterruptException",
    "InvalidInputException",
    "OutOfMemoryException",
    "OutOfRangeException",
    "SerializationException",
    "Statement",
    "StatementType",
    "TransactionException",
    "connect",
]
