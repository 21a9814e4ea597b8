"""Apps and services that are known by a field or two: one row of a table for each."""
