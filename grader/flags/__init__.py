"""Flags: what a person should look at. A flag changes no points."""
