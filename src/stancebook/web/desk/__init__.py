"""The coding desk: a server on this machine that edits annotation files."""
