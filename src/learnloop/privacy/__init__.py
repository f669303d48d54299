"""What may be done with whose data: eligibility, consent, protected attributes."""
