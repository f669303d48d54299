"""Data that comes from outside: a school's own files, public data sets, their validation."""
