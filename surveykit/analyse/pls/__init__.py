"""Partial least squares path models: estimation, prediction, importance and performance, groups."""
