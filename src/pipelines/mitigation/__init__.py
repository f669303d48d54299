"""Mitigation of the intervention trigger while training, beside the one without it."""
