"""Calls from the platforms: store, verify, announce."""
