"""The diagnosis pipeline: students' learning gaps, and what ails the skill model."""
