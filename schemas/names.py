"""Keys of names: the same for names that differ only in case, accents, spaces and look-alike letters."""

import unicodedata

# Letters, as `casefold` leaves them, that look like others in either case; strokes, which do not decompose; Persian and
# Arabic letters; kana and Chinese characters; and variants of the apostrophe, the hyphen and the middle dot.
_LOOK_ALIKES = str.maketrans(
    "аαвβсϲԁеεηніιјкκмμոνоορрѕтτυухχԝζԛłøđħیىکہەھーエカタトニハヘロ‘’ʼʻ`´׳‐‑‒–—―−־・•",
    "aabbccdeehhiijkkmmnnooppsttuyxxwzqlodhييكههه一工力夕卜二八へ口'''''''--------··",
)
_LATIN_ACCENTS = range(0x300, 0x370)


def name_key(name: str) -> str:
    """Return a key that is the same for names that look the same, or differ in case, accents and spaces only.

    Args:
        name: A name in any script. Only accents of European scripts are left out: marks of others are vowels.
    """
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    letters = "".join(
        char for char in decomposed if ord(char) not in _LATIN_ACCENTS and unicodedata.category(char) != "Cf"
    )
    return " ".join(letters.translate(_LOOK_ALIKES).split())
