"""Tells the person at the terminal how far a run has come."""



class Progress:
    """Filled in by the integration."""
