"""Perceptual hashes, and the file formats that exchange them."""
