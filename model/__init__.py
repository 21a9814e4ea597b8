"""The classifier: network, training, evaluation, export, and the small serving runtime."""
