"""Histories → content recommender → lists of what to do next, judged by what was done."""
