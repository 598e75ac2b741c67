"""Phase 1."""
