"""The command line: parser, commands, console output, watching, and the settings of a project."""
