"""The shapes of the JSON API, for checking what comes in and describing what goes out."""
