"""Deciding how things go out: fitted to a platform, within its limits, again after a failure."""
