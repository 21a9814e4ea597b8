"""The dialects and signatures of marketplaces; pure functions, without SQL or network access."""
