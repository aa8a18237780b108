"""Carrying out: what the core decided becomes rows, calls and files."""
