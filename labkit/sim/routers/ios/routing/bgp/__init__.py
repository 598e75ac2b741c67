"""BGP: its settings and its pages."""
