"""Deletion requests, retention and the audit log."""
