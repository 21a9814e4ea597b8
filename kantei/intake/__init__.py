"""Commands that submit pictures."""
