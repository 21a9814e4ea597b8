"""Words and wiring that two rooms need."""
