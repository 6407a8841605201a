"""The casework around a match: named moves with their rules, each in one unit of work, logged."""
