"""Listings, sellers and deliveries from marketplaces."""
