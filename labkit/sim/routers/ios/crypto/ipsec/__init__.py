"""Phase 2."""
