"""Files, the configuration archive, and changes that are taken back."""
