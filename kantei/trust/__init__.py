"""Trust lists of C2PA signers on the command line."""
