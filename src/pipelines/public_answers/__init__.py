"""Public answer data: the same models on real answers, beside what others reached."""
