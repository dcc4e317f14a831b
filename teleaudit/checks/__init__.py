"""The checks: asked of an engine, judged, and their deviations listed."""
