"""What the bytes of an image say about their origin."""
