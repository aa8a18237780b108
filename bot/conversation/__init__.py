"""The resident's dialog: what follows from what he does, and in which words he is answered."""
