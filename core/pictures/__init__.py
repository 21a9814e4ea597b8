"""How picture files are laid out: walkers for the decoder and for the readers of provenance."""
