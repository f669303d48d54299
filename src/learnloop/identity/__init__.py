"""Who is who at a school: pseudonymous students, their classes and instructors."""
