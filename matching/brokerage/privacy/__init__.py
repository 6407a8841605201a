"""Personal data: where it lies, how a person gets it, how it is removed at their wish or when its time is over."""
