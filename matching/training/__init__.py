"""Learning the shipped weights: examples from judgements and from history, a pairwise fit, calibration."""
