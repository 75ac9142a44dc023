"""Which quotation marks belong together, and which way each faces in a language.

The marks by language are those of the delimiters of the Unicode Common Locale Data Repository (CLDR) 48.2, under the
Unicode License V3, in LICENSE-UNICODE.
"""

from functools import lru_cache

# Each opening mark with the marks that close it in any language, the most usual first.
CLOSING_MARKS = {
    '"': '"',
    "“": "”“",
    "”": "”“",
    "„": '“”‟"',
    "‟": "”",
    "«": "»",
    "»": "»«",
    "'": "'",
    "‘": "’‘",
    "’": "’‘",
    "‚": "‘’‛'",
    "‛": "’",
    "‹": "›",
    "›": "›‹",
    "״": "״",
    "＂": "＂",
    "＇": "＇",
    "「": "」",
    "『": "』",
    "｢": "｣",
    "﹁": "﹂",
    "﹃": "﹄",
    "〝": "〞〟",
    "❝": "❞",
    "❛": "❜",
}
MARKS = "".join(dict.fromkeys("".join([*CLOSING_MARKS, *CLOSING_MARKS.values()])))
APOSTROPHES = "'‘’‛＇"  # single marks that may also be apostrophes
INCHES = "\"”'’״"  # marks that may also be those of inches, feet, minutes or seconds after a number
GERSHAYIM = '"“”״„'  # marks that may also be part of a Hebrew acronym
GUILLEMETS = "«»‹›"

# The opening and the closing mark, the alternate opening and closing mark, and the languages that have them.
_LANGUAGES_BY_MARKS = {
    "«»“”": "ast blo bm br ca cv dyo el eu ewo ie it kab kk lij mg mua nnh pms sc sg ti es-US pt-AO pt-CH pt-CV pt-GQ"
    " pt-GW pt-LU pt-MO pt-MZ pt-PT pt-ST pt-TL",
    "„“‚‘": "cs de dsb et hr hsb is ksh lb luy mk nds sk sl bs-Cyrl",
    "«»‹›": "am fa gsw jgo kkj mzn rm sdh wae az-Arab az-Cyrl fr-CH",
    "«»„“": "bas be bua ky os ru sah tyv uk",
    "””’’": "fi he lag rn se sn sv yi",
    "«»‘’": "dua ksf nb nn no rw el-polyton",
    "”“’‘": "ar lld syr ur ms-Arab",
    "«»«»": "fr ht hy oc yav",
    "„“„“": "bg lt prg sgs",
    "‘’“”": "fur ia tn ti-ER",
    "「」『』": "ja yue zh-Hant",
    "„”«»": "nmg pl ro",
    "„”‚’": "agq ff",
    "„”»«": "hu szl",
    "«»„”": "shi zgh",
    "»«›‹": "ug kk-Arab",
    "„”‘’": "bs",
    "“”«»": "eo",
    "„“«»": "ka",
    "‘’‘’": "nl",
    "„”’’": "sr",
    "“’“”": "st",
    "“”“”": "tk",
    "“”’‘": "uz bm-Nkoo ff-Adlm uz-Arab uz-Cyrl",
    "«»”“": "fr-CA",
}
_DEFAULT_MARKS = "“”‘’"  # of all other languages
_MARKS_BY_LANGUAGE = {
    language: marks for marks, languages in _LANGUAGES_BY_MARKS.items() for language in languages.split()
}
_CLOSING = frozenset("".join(CLOSING_MARKS.values()))
OPENING_ONLY = frozenset(CLOSING_MARKS) - _CLOSING
CLOSING_ONLY = _CLOSING - frozenset(CLOSING_MARKS)


@lru_cache(maxsize=256)
def marks_of(language: str) -> str:
    """Return the opening, closing, alternate opening and alternate closing mark of a language.

    Args:
        language: A language tag of BCP 47. Parts that the table does not have are ignored, from the end.
    """
    while language and language not in _MARKS_BY_LANGUAGE:
        language = language.rpartition("-")[0]
    return _MARKS_BY_LANGUAGE.get(language, _DEFAULT_MARKS)


@lru_cache(maxsize=256)
def marks_that_only_open(language: str) -> frozenset[str]:
    """Return the marks that open a quotation in a language, and never close one."""
    marks = marks_of(language)
    return frozenset(marks[::2]) - frozenset(marks[1::2])
