"""The message broker: queues, and the bell that wakes waiters."""
