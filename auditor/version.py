"""The version, where reports and the command line find it."""

__version__ = "0.1.0"
