"""What all marketplaces have in common."""
