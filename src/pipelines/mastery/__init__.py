"""The mastery pipeline: what each student knows of each skill, and what is next."""
