"""Named queues, which leads manage, and the cases that they assign."""
