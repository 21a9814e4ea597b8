"""Deliveries stored for later."""
