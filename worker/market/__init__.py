"""Deliveries that were kept for later."""
