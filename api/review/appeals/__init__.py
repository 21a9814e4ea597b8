"""Appeals, and the artist's page."""
