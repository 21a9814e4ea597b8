"""Guarded HTTP requests to addresses from outside."""
