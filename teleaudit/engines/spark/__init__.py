"""The cluster: exports read where they lie, and checks asked of them there, by Spark."""
