"""Commands for clients."""
