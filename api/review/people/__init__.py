"""Logins, moderators and the audit log."""
