"""Numerics on plain arrays: every estimate here is checked against a published or independent value."""
