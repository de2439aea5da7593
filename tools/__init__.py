"""What maintainers run by hand: encoding the phrases and fitting the weights. Not in the wheel."""
