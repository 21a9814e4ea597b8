"""Commands for the classifier's life."""
