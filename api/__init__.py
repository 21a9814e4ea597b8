"""HTTP: JSON API, inboxes, review pages."""
