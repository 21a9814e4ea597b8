"""Callbacks to clients."""
