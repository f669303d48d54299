"""Learnloop's Kedro project: a folder a pipeline, nodes that know nothing of files."""
