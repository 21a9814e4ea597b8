"""From message to verdict."""
