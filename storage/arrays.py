"""The arrays of PostgreSQL's own types, made known to asyncpg.

It knows the elements, but asks the server on every connection what an array of them is, with a statement that costs
more than the connection itself. Their ids are the same in every server:
https://www.postgresql.org/docs/18/system-catalog-initial-data.html#SYSTEM-CATALOG-OID-ASSIGNMENT
"""

from __future__ import annotations

from typing import Any

import asyncpg

#: Those that our statements take and give: id and name of the array, id of its element.
ARRAYS = (
    (1000, "_bool", 16),
    (1001, "_bytea", 17),
    (1005, "_int2", 21),
    (1007, "_int4", 23),
    (1016, "_int8", 20),
    (1022, "_float8", 701),
    (1185, "_timestamptz", 1184),
)


def know_arrays(connection: asyncpg.Connection[Any]) -> None:
    """Spare this connection the question; about any other array it is asked as ever.

    To be called last: a codec that is set on the connection makes asyncpg forget all arrays.
    """
    # There is no public way, `set_type_codec` refuses arrays. These are the rows that asyncpg's question would bring.
    connection._protocol.get_settings().register_data_types(
        [
            {
                "oid": oid,
                "ns": "pg_catalog",
                "name": name,
                "kind": b"b",
                "basetype": None,
                "elemtype": element,
                "elemdelim": ",",
                "range_subtype": None,
                "attrtypoids": None,
            }
            for oid, name, element in ARRAYS
        ]
    )
