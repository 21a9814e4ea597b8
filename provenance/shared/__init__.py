"""What every reader shares: limits, text and known names."""
