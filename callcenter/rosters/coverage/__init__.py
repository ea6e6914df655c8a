"""Proof that two operators were there: minutes below the minimum, cause and measure (003 clause 6)."""
