"""Listings, and the webhook inbox of marketplaces."""
