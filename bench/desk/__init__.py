"""Measurements of the desk."""
