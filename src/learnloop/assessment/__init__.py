"""Adaptive tests: the fewest questions that tell how able a student is, fairly asked."""
