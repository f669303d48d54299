"""Whether features and predictions look like the same week of an earlier term."""
