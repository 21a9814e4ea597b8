"""Listings and sellers."""
