"""Health checks, metrics and the API reference."""
