"""A corpus of many reports for looking at the notebooks: the project's own seeds, renamed, re-dated and re-mixed.

    python tests/docs/notebook_corpus.py FOLDER --documents 200
    python build.py --seeds FOLDER/seeds --out FOLDER/dataset

Every report belongs to one of several fictional negotiations, with people and places of its own. Only the seed decides
what comes out. Nothing in it is true.
"""

import argparse
import random
import re
from collections.abc import Callable
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

import yaml

SEEDS = Path(__file__).parents[2] / "seeds"
STANCES = ("strongly_opposes", "opposes", "ambivalent", "supports", "strongly_supports")
CHANGES = ("softened", "hardened", "unchanged")
FLEXIBILITIES = ("red_line", "precondition", "firm", "negotiable", "aspiration")
PUBLISHERS = ("The Estuary Post", "Harbour News", "Northern Wire", "The Ledger", "Lantern Daily")
CODERS = ("coder-a", "coder-b", "coder-c")

# Words of the template that get another in each negotiation; endings stay (Ukrain-ian).
_NAMES = re.findall(
    r"\w+",
    """
    Ukrain Russia Zelenskiy Zelensky Volodymyr Putin Vladimir Kremlin Moscow Kyiv Trump Donald Rubio
    Marco Kellogg Keith Peskov Dmitry NATO Qatar China Jinping Kursk Donbas Crimea Munich Istanbul Lammy
    Aris Ramstein
    """,
)
_SYLLABLES = re.findall("..", "babocadaelfigaholikalimanopequerasotaulvewiyozu")
_GLOBAL = re.compile(r"(?:actor|parent|party|issue|format|speaker|holder|addressee|demander)_id")
_LOCAL = ("responds_to_id", "contradicts_id", "statement_id", "supersedes_id", "part_of_id")
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


def generate(folder: Path, documents: int, negotiations: int = 6, seed: int = 1) -> Path:
    """Write a seeds folder of so many reports on so many negotiations, and return it."""
    seeds = folder / "seeds"
    templates = sorted((SEEDS / "documents").rglob("*.yaml"))
    for path in sorted((SEEDS / "codebook").glob("*.yaml")):
        worlds = [_codebook(_load(path), _renamer(world, seed), world) for world in range(negotiations)]
        _dump(
            {key: [row for world in worlds for row in world[key]] for key in worlds[0]}, seeds / "codebook" / path.name
        )
    for number in range(documents):
        world = number % negotiations
        chance = random.Random(f"{seed}-{number}")  # noqa: S311
        rename = _renamer(world, seed)
        template = chance.choice(templates)
        target = seeds / "documents" / f"report-{number:04d}.yaml"
        text = template.with_suffix(".txt").read_bytes().decode()
        _dump(_remix(_mapped(_load(template), rename, world), chance), target)
        target.with_suffix(".txt").write_bytes(f"{rename(text)}\n\nReport {number}.\n".encode())
    return seeds


@cache
def _load(path: Path) -> Any:
    return yaml.load(path.read_bytes(), Loader=yaml.CBaseLoader)  # noqa: S506


def _dump(data: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    dumped = yaml.dump(data, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=10_000)
    path.write_text(dumped, encoding="utf-8")


def _renamer(world: int, seed: int) -> Callable[[str], str]:
    chance = random.Random(f"{seed}-names-{world}")  # noqa: S311
    # Three syllables each, and no name within another: a quote that stood once still does.
    words = ["".join(pair) for pair in permutations(_SYLLABLES, 3)]
    names = dict(zip(_NAMES, (word.capitalize() for word in chance.sample(words, len(_NAMES))), strict=True))
    found = re.compile("|".join(_NAMES))
    return lambda text: found.sub(lambda match: names[match.group()], text)


def _mapped(value: Any, rename: Callable[[str], str], world: int, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _mapped(item, rename, world, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_mapped(item, rename, world) for item in value]
    return f"n{world}-{value}" if _GLOBAL.fullmatch(key) else rename(value)


def _codebook(data: Any, rename: Callable[[str], str], world: int) -> Any:
    mapped = _mapped(data, rename, world)
    names = [rename(name) for name in _NAMES]
    for rows in mapped.values():
        for row in rows:
            row.pop("iso3", None)
            row.pop("wikidata_id", None)
            for name in ("label", "name"):
                if row.get(name) and not any(word in row[name] for word in names):
                    row[name] += f", {names[world % len(names)]}"
    return mapped


def _remix(data: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Leave out a quarter of the rows, move the dates by months, and draw some codes anew."""
    months, days = chance.randrange(-30, 12), chance.randrange(0, 20)
    tables = ("statements", "events", "demands")
    for table in tables:
        data[table] = [row for row in data[table] if chance.random() < 0.75]
    rows = [row for table in tables for row in data[table]]
    kept = {row["id"] for row in rows}
    document = data["document"]
    document.pop("text_sha256", None)
    document.update(publisher=chance.choice(PUBLISHERS), coder=chance.choice(CODERS))
    document["published"] = _moved(document["published"], months, days)
    for row in rows:
        for name in _LOCAL:
            if name == "part_of_id" or row.get(name) not in kept:
                row.pop(name, None)
        row.update({name: _moved(row[name], months, days) for name in ("date_edtf", "deadline_edtf") if name in row})
        row.setdefault("note", "Generated.")
        _redraw(row, chance)
    return data


def _redraw(row: dict[str, Any], chance: random.Random) -> None:
    if "stance" in row and chance.random() < 0.35:
        row["stance"] = chance.choice(STANCES)
    if "attribution" in row and "issue_id" in row and chance.random() < 0.2:
        row["asserted_change"] = chance.choice(CHANGES)
    if row.get("flexibility", "none") != "conditional" and "move" in row and chance.random() < 0.3:
        row["flexibility"] = chance.choice(FLEXIBILITIES)


def _moved(expression: str, months: int, days: int) -> str:
    def move(match: re.Match[str]) -> str:
        year, month, day = match.groups()
        if month is None:
            return f"{int(year) + months // 12}"
        at = int(year) * 12 + int(month) - 1 + months
        if day is None:
            return f"{at // 12:04d}-{at % 12 + 1:02d}"
        date = at * 28 + min(int(day), 28) - 1 + days  # months of 28 days, which every month has
        return f"{date // 336:04d}-{date // 28 % 12 + 1:02d}-{date % 28 + 1:02d}"

    return _DATE.sub(move, expression)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=200)
    options = parser.parse_args()
    print(generate(options.folder, options.documents))
