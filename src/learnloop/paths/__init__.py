"""Learning paths: what to learn, in which order, to reach an objective soonest."""
