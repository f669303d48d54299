"""Brings the figures that are compared between commits into files that DVC shows."""
