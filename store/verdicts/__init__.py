"""Images, verdicts and the policy behind them."""
