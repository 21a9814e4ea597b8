"""Vocabulary and infrastructure that several rooms need."""
