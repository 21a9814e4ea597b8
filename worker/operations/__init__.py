"""Metrics of workers."""
