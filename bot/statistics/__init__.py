"""How fast and how well residents are answered: figures, and how they are said. Pure."""
