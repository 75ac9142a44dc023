"""The command `desk`: code texts in the browser."""

from __future__ import annotations

import argparse
from pathlib import Path

from stancebook.cli.config import Project
from stancebook.cli.console import Console
from stancebook.cli.options import Commands, add_command, add_project
from stancebook.problems import escape_control_chars

DESCRIPTION = """\
Code texts in the browser: select words, fill in a form, and see at once what a build would say. The desk is
served on this machine only, until Ctrl-C, and saves into the annotation files.
"""
MAX_PORT = 65535


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = add_command(commands, "desk", DESCRIPTION, "code texts in the browser")
    parser.add_argument(
        "--no-browser", dest="browser", action="store_false", help="print the address, and open no browser"
    )
    parser.add_argument(
        "--port", metavar="N", type=_port, default=0, help="the port on this machine (default: any that is free)"
    )
    add_project(parser)
    parser.set_defaults(run=run, local_seeds=True, nothing_done="The desk was not started.")


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > MAX_PORT:
        raise argparse.ArgumentTypeError(escape_control_chars(f"{text!r} is not a port, such as 8000"))
    return int(text)


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status."""
    return desk(options.project, console, port=options.port, browser=options.browser)


def desk(project: Project, console: Console, *, port: int, browser: bool) -> int:
    """Serve the coding desk on this machine until Ctrl-C.

    Args:
        project: What is edited; its seeds are in a folder of this machine.
        console: Where the address is printed.
        port: The port; any free one if 0.
        browser: Whether to open the browser.

    Returns:
        The exit status, if the server ends by itself.

    Raises:
        DeskError: The port is taken.
        MissingExtraError: The server is not installed.
    """
    from stancebook.exceptions import requires_extra

    contract = project.load_contract()
    with requires_extra("web"):
        from stancebook.web.desk.serve import serve
        from stancebook.web.desk.workspace import Workspace
    dataset = None if isinstance(project.out, str) else project.out
    workspace = Workspace(contract, Path(project.seeds), project.root, dataset)
    serve(workspace, console.say, port=port, browser=browser)
    return 0
