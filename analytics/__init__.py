"""Snapshots, numbers and dashboards."""
