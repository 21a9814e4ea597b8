"""Review pages: where people look at cases and decide."""
