"""Purging by age and erasure on request."""
