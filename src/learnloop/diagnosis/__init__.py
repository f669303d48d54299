"""Diagnosis: which missing prerequisite holds a student back, and what ails a course."""
