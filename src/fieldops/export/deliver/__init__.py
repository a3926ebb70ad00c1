"""How a run gets to a destination, and what lies there: one carrier a kind; see ``interface``."""
