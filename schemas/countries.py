"""The codes of countries that tables accept: ISO 3166-1 alpha-3, and codes that were withdrawn from it."""

from iso3166 import countries_by_alpha3

# ISO 3166-3, by which texts about the past are coded; and Kosovo, for which ISO 3166-1 has no code.
WITHDRAWN = frozenset({
    "AFI", "ANT", "ATB", "ATN", "BUR", "BYS", "CSK", "CTE", "DDR", "DHY", "FXX", "GEL", "HVO", "JTN", "MID", "NHB",
    "NTZ", "PCI", "PCZ", "PUS", "RHO", "SCG", "SKM", "SUN", "TMP", "VDR", "WAK", "YMD", "YUG", "ZAR",
})  # fmt: skip
KOSOVO = "XKX"

COUNTRY_CODES = frozenset({*countries_by_alpha3, *WITHDRAWN, KOSOVO})
