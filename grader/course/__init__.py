"""A course sets up the lab: a folder to begin with, what students get, samples, packages of platforms."""
