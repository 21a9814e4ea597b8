"""What every review page shares."""
