"""Moderators: accounts, sessions and the audit log."""
