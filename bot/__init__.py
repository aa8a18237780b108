"""The core: what a question is and what follows from each event. Pure, but for `app.py` and `__main__.py`."""
