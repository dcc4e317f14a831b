"""Runs that nobody begins: laid out for a scheduler, carried out alone and in time, and told of."""
