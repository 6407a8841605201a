"""Learning from curation: decisions to preferences, a careful refit, a comparison on held-back decisions, versions."""
