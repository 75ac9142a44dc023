"""Parse workflow commands in a log as GitHub's runner does."""

import re

COMMAND = re.compile(r"\s*::(?P<level>error|warning|notice)(?: (?P<properties>.*?))?::(?P<message>.*)", re.DOTALL)
CODES = {"%0D": "\r", "%0A": "\n", "%25": "%"}
PROPERTY_CODES = {"%3A": ":", "%2C": ",", **CODES}


def parse(line):
    """Return a command's level, its properties and its message."""
    match = COMMAND.fullmatch(line)
    assert match, line
    pairs = [pair.split("=", 1) for pair in (match["properties"] or "").split(",") if pair]
    properties = {name: decode(value, PROPERTY_CODES) for name, value in pairs}
    return match["level"], properties, decode(match["message"], CODES)


def decode(text, codes):
    for code, char in codes.items():  # the percent sign is decoded last
        text = text.replace(code, char)
    return text
