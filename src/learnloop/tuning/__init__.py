"""Searches for better settings of a model: a space, a study on disk, folds in processes."""
