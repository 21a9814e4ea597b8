"""The schemas of the JSON API, for validating requests and describing responses."""
