"""The canonical event: what a student did, when, and how it went."""
