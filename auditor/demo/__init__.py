"""Scenarios that come with the package: data with known defects."""
