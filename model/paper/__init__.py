"""Reproducing the paper's experiment."""
