"""Everything that knows SQL, and the bytes of images."""
