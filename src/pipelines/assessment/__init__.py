"""Adaptive tests of each course, begun from mastery, sat by simulated students."""
