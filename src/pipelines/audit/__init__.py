"""What the models do to each group of students, and whom their data represents."""
