"""Image bytes, stored by SHA-256."""
