"""ASSISTments 2009–10: the same models on real answers."""
