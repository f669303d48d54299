"""Brings the features to Feast, and training sets and online values out of it."""
