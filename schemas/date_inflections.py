"""Forms of the names of weekdays and months that Unicode's CLDR does not have, as patterns of their starts; and words
for before and after.

Each string has seven patterns for Monday to Sunday, or twelve for January to December. A pattern is the start of a
word, or, if it ends with `$`, a complete one.
"""

_SCANDINAVIAN = "mandag tirsdag onsdag torsdag fredag lørdag søndag"

WEEKDAYS = {
    "cs": "ponděl úter střed(?:a|u|y|ě|ou)$ čtvrt(?:ek|k) pát(?:ek|k) sobot neděl",
    "da": _SCANDINAVIAN,
    "de": "montag dienstag mittwoch donnerstag freitag [Ss](?:amstag|onnabend) sonntag",
    "et": "esmaspäev teisipäev kolmapäev neljapäev reede laupäev pühapäev",
    "fi": "maanantai tiistai keskiviik torstai perjantai lauantai sunnuntai",
    "hr": "ponedjelj utor(?:ak|k) srijed četvrt(?:ak|k) pet(?:ak|k(?:a|u))$ subot nedjelj",
    "hu": "hétfő kedd szerd csütörtök péntek szombat vasárnap",
    "lt": "pirmadien antradien trečiadien ketvirtadien penktadien šeštadien sekmadien",
    "lv": "pirmdien otrdien trešdien ceturtdien piektdien sestdien svētdien",
    "nb": _SCANDINAVIAN,
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "nn": "m[åa]ndag t[iy]sdag onsdag torsdag fredag laurdag s[øu]ndag",
    "no": _SCANDINAVIAN,
    "pl": "poniedział wtor(?:ek|k) środ(?:a|ę|y|ą|zie)$ czwart(?:ek|k) piąt(?:ek|k) sobot niedziel",
    "ru": "понедельник вторник сред(?:а|у|ы|е|ой)$ четверг пятниц суббот воскресень",
    "sk": "pondel utor(?:ok|k) stred(?:a|u|y|e|ou)$ štvrt(?:ok|k) piat(?:ok|k) sobot nede[lľ]",
    "sr": "понедељ утор(?:ак|к) сред(?:а|у|е|ом)$ четврт(?:ак|к) пет(?:ак|ка|ку)$ субот недељ",
    "sv": "måndag tisdag onsdag torsdag fredag lördag söndag",
    "tr": "pazartesi salı$ çarşamba perşembe cuma(?!rtesi) cumartesi pazar(?=\\sgün)",
    "uk": "понеділ вівтор серед(?:а|у|и|і|ою)$ четвер п[’'ʼ]ятниц субот неділ",
    "vi": "thứ\\sHai$ thứ\\sBa$ thứ\\sTư$ thứ\\sNăm$ thứ\\sSáu$ thứ\\sBảy$ chủ\\s[Nn]hật$",
}
MONTHS = {
    "ar": "كانون\\sالثاني شباط آذار نيسان أيار حزيران تموز آب$ أيلول تشرين\\sالأول تشرين\\sالثاني كانون\\sالأول",
    "cs": "led(?:en|n[au]) únor břez(?:en|n) dub(?:en|n[ua])$ květ(?:en|n[ua])$ červ(?:en|n[ua])$ červen(?:ec|c)"
    " srp(?:en|n[ua])$ září$ říj(?:en|n[ua])$ listopad prosin(?:ec|c)",
    "el": "Ιανου[αά]ρι Φεβρου[αά]ρι Μ[αά]ρτι Απρ[ιί]λι Μ[αά][ιΐϊ] Ιο[υύ]νι Ιο[υύ]λι Α[υύ]γο[υύ]στ Σεπτ[εέ]μβρι"
    " Οκτ[ωώ]βρι Νο[εέ]μβρι Δεκ[εέ]μβρι",
    "fi": "tammiku helmiku maalisku huhtiku toukoku kesäku heinäku eloku syysku lokaku marrasku jouluku",
    "hu": "január február március április május június július augusztus szeptember október november december",
    "pl": "stycz(?:eń|ni) lut(?:y|ego|ym)$ mar(?:zec|ca|cu|cem)$ kwie(?:cień|tni) maj(?:a|u|em)?$ czerw(?:iec|ca|cu)$"
    " lip(?:iec|ca|cu)$ sierp(?:ień|ni) wrze(?:sień|śni) październik listopad grud(?:zień|ni)",
    "ru": "январ феврал март(?:а|у|е|ом)?$ апрел ма[йяею]$ июн июл август сентябр октябр ноябр декабр",
    "sr": "јануар фебруар март април мај(?:а|у)?$ јун(?:а|у)?$ јул август септемб октоб новемб децемб",
    "uk": "січ(?:ень|н) лют(?:ий|ого|ому)$ берез(?:ень|н) квіт(?:ень|н) трав(?:ень|н) черв(?:ень|н) лип(?:ень|н)"
    " серп(?:ень|н) верес(?:ень|н) жовт(?:ень|н) листопад груд(?:ень|н)",
}

# A name after one of these is that of another day, month or year than the date.
BEFORE_AND_AFTER = {
    "cs": "před po",
    "da": "før efter inden",
    "de": "vor nach Vorabend",
    "el": "πριν μετά παραμονή",
    "en": "before after ahead eve prior run-up anniversary",
    "es": "antes después tras víspera",
    "fi": "ennen",
    "fr": "avant après veille lendemain",
    "it": "prima dopo vigilia",
    "nb": "før etter innen",
    "nl": "voor vóór na vooravond",
    "no": "før etter innen",
    "pl": "przed po",
    "pt": "antes depois após véspera",
    "ru": "перед после накануне",
    "sv": "före efter innan inför",
    "uk": "перед після напередодні",
}
