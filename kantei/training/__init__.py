"""Commands to train, evaluate and export the classifier."""
