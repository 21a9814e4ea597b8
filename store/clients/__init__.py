"""Clients, their keys and quotas."""
