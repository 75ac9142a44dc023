"""What GitHub's runner reads in a line of a log, after its documentation of workflow commands."""

import re

COMMAND = re.compile(r"\s*::(?P<level>error|warning|notice)(?: (?P<properties>.*?))?::(?P<message>.*)", re.DOTALL)
CODES = {"%0D": "\r", "%0A": "\n", "%25": "%"}
CODES_OF_PROPERTIES = {"%3A": ":", "%2C": ",", **CODES}


def parse(line):
    """Return a command's level, its properties and its message."""
    found = COMMAND.fullmatch(line)
    assert found, line
    pairs = [pair.split("=", 1) for pair in (found["properties"] or "").split(",") if pair]
    properties = {name: decoded(value, CODES_OF_PROPERTIES) for name, value in pairs}
    return found["level"], properties, decoded(found["message"], CODES)


def decoded(text, codes):
    for code, char in codes.items():  # the percent sign last, as the runner does
        text = text.replace(code, char)
    return text
