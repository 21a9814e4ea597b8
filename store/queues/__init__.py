"""Named queues with their teams, and cases assigned to one moderator."""
