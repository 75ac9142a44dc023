"""Annotation tools: coded texts written in their formats, and read from them."""
