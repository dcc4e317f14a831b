"""A run: its folder, its state, its steps, and the ledger that it ends in."""
