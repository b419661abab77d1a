"""Knowledge and rule files: read strictly, checked, reloaded while running."""
