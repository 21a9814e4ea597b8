"""Review pages: where moderators look at cases and decide."""
