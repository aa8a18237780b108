"""Remembering: the schema and the statements, by subject."""
