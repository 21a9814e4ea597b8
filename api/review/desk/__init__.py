"""Queue, cases and decisions."""
