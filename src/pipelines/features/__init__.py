"""Computes the features that come from the log itself."""
