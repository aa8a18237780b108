"""Servers that answer like the platforms, check like them, and fail on command."""
