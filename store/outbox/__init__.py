"""Events for clients, and the callbacks that deliver them."""
