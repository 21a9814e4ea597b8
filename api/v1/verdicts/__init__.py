"""Images and heat maps."""
