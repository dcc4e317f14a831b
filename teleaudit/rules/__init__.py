"""What must hold: audits, suites, the law, and what a verdict is."""
