"""The inbox for what marketplaces tell us."""
