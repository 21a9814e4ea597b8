"""Known images: judging near copies again, hashing older images."""
