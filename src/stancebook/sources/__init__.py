"""What people write: find, read, decode and parse source files, locate quotes, parse dates."""
