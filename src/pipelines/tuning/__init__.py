"""Searches for better parameters of a model; off unless asked for by name."""
