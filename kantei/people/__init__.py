"""Commands for moderators."""
