"""The features of students and items: one definition each, for batch and online."""
