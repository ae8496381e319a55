"""Writes src/RewardScaling.HuggingFace/Unicode.txt: what `tokenizers` 0.23.1 does with single code points, asked of itself, so that
its Unicode version is ours too. Python's unicodedata (Unicode 16) says what to ask. python3 unicode_tables.py OUT

D point decomposition      canonical, whole (NFD)          C first second composed    canonical composition
K point decomposition      compatible, where it differs    R point class              canonical combining class, not 0
M point                    a mark to it or not to it, unlike Unicode 16                N point    a number to it, unlike Unicode 16
L point lower              lower case where it is not the simple one of Unicode 16
Code points are hexadecimal.
"""
import sys
import unicodedata

from tokenizers import normalizers, pre_tokenizers

POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
nfd, nfkd, nfc = normalizers.NFD().normalize_str, normalizers.NFKD().normalize_str, normalizers.NFC().normalize_str
lower, strip = normalizers.Lowercase().normalize_str, normalizers.StripAccents().normalize_str
digits = pre_tokenizers.Digits().pre_tokenize_str


def text(*parts):
    return " ".join(f"{ord(c):X}" for part in parts for c in part)


lines = []
for point in POINTS:
    c = chr(point)
    if 0xAC00 <= point < 0xD7A4:  # Hangul syllables are computed.
        continue
    if nfd(c) != c:
        lines.append(f"D {text(c, nfd(c))}")
    if nfkd(c) != nfd(c):
        lines.append(f"K {text(c, nfkd(c))}")
    parts = unicodedata.decomposition(c).split()
    if len(parts) == 2 and not parts[0].startswith("<"):
        first, second = (chr(int(part, 16)) for part in parts)
        if unicodedata.normalize("NFC", first + second) == c and nfc(first + second) == c:
            lines.append(f"C {text(first, second, c)}")
    order = unicodedata.combining(c)
    # A mark of a higher class before one of a lower class changes places with it.
    if order > 1 and nfd("a" + c + "\u0334") != "a" + c + "\u0334" or order == 1 and nfd("a\u0301" + c) != "a\u0301" + c:
        lines.append(f"R {point:X} {order}")
    if (strip(c) == "") != unicodedata.category(c).startswith("M"):
        lines.append(f"M {point:X}")
    if (len(digits("a" + c)) > 1) != unicodedata.category(c).startswith("N"):
        lines.append(f"N {point:X}")
    if lower(c) != c.lower() or len(c.lower()) > 1:
        lines.append(f"L {text(c, lower(c))}")
with open(sys.argv[1], "w") as out:
    out.write("\n".join(lines) + "\n")
