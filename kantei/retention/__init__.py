"""Commands that purge and erase."""
