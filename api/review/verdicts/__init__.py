"""Policy and the model card."""
