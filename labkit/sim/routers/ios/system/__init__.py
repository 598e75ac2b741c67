"""The box itself."""
