"""Commands for verdicts."""
