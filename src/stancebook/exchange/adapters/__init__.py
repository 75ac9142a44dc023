"""The formats of annotation tools: each a module that writes files of a project, and reads those of the tool."""
