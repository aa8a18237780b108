"""Translating: one folder for each platform, and the registry that knows them all."""
