"""Purging by age, once a day."""
