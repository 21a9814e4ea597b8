"""Examining one submission, from claim to verdict."""
