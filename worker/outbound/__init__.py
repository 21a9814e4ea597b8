"""Guarded HTTP requests to addresses that strangers name."""
