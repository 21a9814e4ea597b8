"""Evaluating a trained classifier."""
