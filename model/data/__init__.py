"""Samples, folds and scores."""
