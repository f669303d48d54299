"""Learnloop's library: what students do, what they know, and what should come next."""
