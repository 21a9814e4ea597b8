"""The moderators' desk: queue, cases and decisions."""
