"""Work for many processes."""
