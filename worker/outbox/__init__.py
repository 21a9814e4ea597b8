"""Calling clients back."""
