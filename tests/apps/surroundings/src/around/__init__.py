"""What a program finds around it."""
