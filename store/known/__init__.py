"""Known images: lists of hashes and past decisions."""
