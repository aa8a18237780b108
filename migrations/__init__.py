"""Shaping the database: alembic, run by `otvet migrate` and at every start."""
