"""Events for clients that pull them."""
