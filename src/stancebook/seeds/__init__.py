"""What people write: found, read, anchored in its text and converted, or answered with a problem at its line."""
