"""How fast the service is: `python -m benchmarks`, and `python -m benchmarks.plans` for the database's plans."""
