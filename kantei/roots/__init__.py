"""Composition roots: where real parts are joined."""
