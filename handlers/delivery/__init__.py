"""Getting things out: who sends for a channel, what goes next, what became of it."""
