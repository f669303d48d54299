"""Gates, audits, drift checks and the registry: what stands between a model and its use."""
