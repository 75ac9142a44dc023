"""The command `restore`: give the complete dataset back to those who have its texts."""

from __future__ import annotations

import argparse
from pathlib import Path

from stancebook.cli.config import UsageError, overlap
from stancebook.cli.console import Console, format_rows
from stancebook.cli.options import Commands, add_command, add_output_format, existing_folder
from stancebook.problems import count_problems, display_folder

DESCRIPTION = """\
Write the complete dataset of a release without text, given the texts: with the digest of the build that was released,
and with its bytes if the versions of the libraries are the same. Texts are recognized by their content: names of files
make no difference. Texts that are missing or differ are listed, and nothing is written.
"""


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = add_command(commands, "restore", DESCRIPTION, "complete a release without text, given the texts")
    parser.add_argument("release", metavar="RELEASE", type=existing_folder, help="folder of the release")
    parser.add_argument(
        "--texts",
        metavar="DIR",
        type=existing_folder,
        required=True,
        help="folder with the texts, as .txt files in it or below it",
    )
    parser.add_argument(
        "--out",
        dest="target",
        metavar="DIR",
        type=Path,
        default=Path("restored"),
        help="folder of the dataset to write; an earlier dataset is replaced (default: restored)",
    )
    add_output_format(parser)
    parser.set_defaults(run=run, nothing_done="Nothing was written.")


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status."""
    return restore(options.release, options.texts, options.target, console)


def restore(release: Path, texts: Path, target: Path, console: Console) -> int:
    """Write the complete dataset of a release without text.

    Args:
        release: The release.
        texts: The folder with the texts.
        target: The folder to write.
        console: Where problems and what was done are printed.

    Returns:
        The exit status: 1 if texts are missing or differ.

    Raises:
        UsageError: The folder would be among the texts or the release.
        DatasetError: The folder is no release, or it is damaged.
        PublishError: The folder cannot be written, or holds something else.
    """
    from stancebook.exceptions import ProblemsError
    from stancebook.release.restoring import restore_dataset

    if taken := next((place for place in (release, texts) if overlap(target, place)), None):
        raise UsageError(f"The dataset would be written into or around {display_folder(taken)}; name another folder.")
    try:
        restored = restore_dataset(release, texts, target)
    except ProblemsError as error:
        console.show(error.problems)
        console.say(f"{count_problems(error.problems)} Nothing was written; {display_folder(target)} is unchanged.")
        return 1
    console.show([])
    same = "with the digest of the released build, and the bytes of its files"
    other = "with the digest of the released build; its files have other bytes, as other versions of libraries write"
    console.say(f"restored {display_folder(release)} {same if restored.same_bytes else other}")
    state = "wrote    " if restored.changed else "same     "
    console.say(f"{state}{display_folder(target)}\n{format_rows(restored.rows)}")
    return 0
