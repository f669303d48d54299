"""The ingest pipeline: raw data becomes validated, consented data."""
