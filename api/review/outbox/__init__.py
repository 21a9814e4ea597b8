"""Deliveries to clients."""
