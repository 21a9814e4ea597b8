"""Submissions, and the claims of workers on them."""
