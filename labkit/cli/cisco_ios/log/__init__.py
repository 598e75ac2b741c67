"""The log, and debugging."""
