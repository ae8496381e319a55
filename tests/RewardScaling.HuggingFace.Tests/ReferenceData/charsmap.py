"""Writes a normalization table as SentencePiece models carry it: python3 charsmap.py CORPUS OUT [--small] (sentencepiece 0.1.97).

The whole table is nmt_nfkc; --small makes one of full-width letters, ligatures, and Latin letters with accents, for the repository.
"""
import io
import os
import sys
import tempfile
import unicodedata

import sentencepiece


def fields(data):
    """The fields of a protobuf message that hold bytes: (number, bytes)."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 2:
            length = varint()
            yield key >> 3, data[at:at + length]
            at += length
        elif key & 7 == 0:
            varint()
        else:
            at += {1: 8, 5: 4}[key & 7]


def small():
    points = [*range(0xA0, 0x17F), *range(0xFB00, 0xFB07), *range(0xFF01, 0xFF5F), 0x3000, *range(0x1E00, 0x1E40)]
    for point in points:
        for form in ("NFD", "NFKD"):
            parts, whole = unicodedata.normalize(form, chr(point)), unicodedata.normalize("NFKC", chr(point))
            if parts != whole:
                yield parts, whole
        if unicodedata.normalize("NFKC", chr(point)) != chr(point):
            yield chr(point), unicodedata.normalize("NFKC", chr(point))
    yield from [("\r\n", " "), ("\t", " "), ("\n", " "), ("\r", " "), ("\u200b", "")]


options = {}
if "--small" in sys.argv:
    rules = tempfile.NamedTemporaryFile("w", suffix=".tsv", delete=False)
    for source, target in sorted(set(small())):
        rules.write(" ".join(f"{ord(c):X}" for c in source) + "\t" + " ".join(f"{ord(c):X}" for c in target) + "\n")
    rules.close()
    options["normalization_rule_tsv"] = rules.name
model = io.BytesIO()
sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter(open(sys.argv[1], encoding="utf-8").read().split("\n")[:2000]), model_writer=model, vocab_size=300, **options)
normalizer = next(value for number, value in fields(model.getvalue()) if number == 3)
open(sys.argv[2], "wb").write(next(value for number, value in fields(normalizer) if number == 2))
if options:
    os.unlink(rules.name)
