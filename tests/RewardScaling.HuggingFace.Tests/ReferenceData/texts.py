"""Seeded texts that tokenizers are compared on: any code point, real scripts, code, emoji, white space, things that look like tokens."""
import random

REAL = [
    "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience.",
    "Alle Menschen sind frei und gleich an Würde und Rechten geboren; straße, Öl, naïve café, Ångström, fiancé — «déjà vu».",
    "Todos los seres humanos nacen libres e iguales. ¿Qué? ¡Mañana! Şişli, İstanbul, ısı; Łódź, žluťoučký kůň.",
    "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。学而时习之,不亦说乎?",
    "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。ﾊﾝｶｸ ガギグゲゴ が",
    "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 한글 각",
    "يولد جميع الناس أحراراً متساوين في الكرامة والحقوق. وقد وهبوا عقلاً وضميراً. السَّلامُ عَلَيْكُم ١٢٣٤",
    "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. שָׁלוֹם",
    "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। क्षत्रिय १२३",
    "Все люди рождаются свободными и равными в своём достоинстве и правах. Съешь же ещё этих мягких французских булок.",
    "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ไทย ๑๒๓",
    "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi.",
    "for (int i = 0; i < n; i++) {\n\tsum += a[i] * b[i];  // dot\n}\r\nreturn sum;\n",
    "def f(x, *, y=None):\n    \"\"\"doc\"\"\"\n    return {k: v**2 for k, v in x.items() if k != 'id'}\n\n\n",
    "I'm sure we'll see; they've said he'd, she's, it'S, WE'RE, don'T, you'LL I\u2019m  '\u017fo 'K 'ſ 're're'd''s",
    "The number 3.14159, 1234567890 and 2026-11-28, $5.99, 50%, ½ ² Ⅷ ①, 1,000,000; e=mc^2; http://example.org/a?b=c#d",
    "😀 👍🏽 👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪🇯🇵 ❤️ ☃ ✈︎ 🧑🏿‍🚀 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟘𝟙𝟚 𠀀𠮷𡈽 𐍈𐌰 🄰 🈚",
    "   leading,  double,   triple    four\t\ttabs\n\n\nlines \n \n  trailing   ",
    "ﬁ ﬂ ﬀ Ａｂｃ１２３ ｶﾞ ㍿ ㎏ ℌ ℃ Å Å A\u030a e\u0301 o\u0308\u0304 q\u0307\u0323 \u0344 \u1e9b\u0323 ẞ ǆ",
    "\u00a0nbsp\u2003em\u3000ideographic\u200bzero\u200dwidth\ufeffbom\u2028line\u2029para\u0085nel\u000bvt\u000cff\u001f\u007f\u0000nul",
]
SPACES = [" ", "  ", "   ", "\t", "\n", "\r\n", "\r", "\n\n", " \n", "\u00a0", "\u3000", "\u2003", "\u0085", "\u2028", "    ", " " * 25]
RANGES = [(0x20, 0x7F), (0, 0x20), (0xA0, 0x180), (0x180, 0x370), (0x300, 0x370), (0x370, 0x530), (0x590, 0x700), (0x900, 0xE00), (0xE00, 0x1200),
          (0x1100, 0x1200), (0x1E00, 0x2000), (0x2000, 0x2070), (0x2070, 0x2C00), (0x3000, 0x3100), (0x3100, 0x3400), (0x4E00, 0xA000),
          (0xAC00, 0xD7A4), (0xE000, 0xE010), (0xF900, 0xFB00), (0xFB00, 0x10000), (0x10000, 0x11000), (0x11000, 0x12000), (0x1D400, 0x1D800),
          (0x1F000, 0x1FB00), (0x20000, 0x20400), (0xE0000, 0xE0200)]
# Unassigned in the Unicode version a peer was built with, or newer than it: their properties are nobody's fault.


def scalar(random, low, high):
    while True:
        c = random.randrange(low, high)
        if not 0xD800 <= c < 0xE000:
            return chr(c)


def texts(count, seed, specials=(), real=()):
    """`count` texts. Twenty come first as they are, then mixtures; `real` adds lines of other real text."""
    r = random.Random(seed)
    pool = REAL + [line for line in real if line]
    yield from REAL[:count]
    for _ in range(count - min(count, len(REAL))):
        parts = []
        for _ in range(r.randrange(1, 6)):
            kind = r.randrange(10)
            if kind < 4:
                line = r.choice(pool)
                start = r.randrange(len(line))
                parts.append(line[start:start + r.randrange(1, 60)])
            elif kind == 4:
                parts.append("".join(scalar(r, 0, 0x110000) for _ in range(r.randrange(1, 6))))
            elif kind < 7:
                low, high = r.choice(RANGES)
                parts.append("".join(scalar(r, low, high) for _ in range(r.randrange(1, 12))))
            elif kind == 7:
                parts.append("".join(r.choice(SPACES) for _ in range(r.randrange(1, 4))))
            elif kind == 8 and specials:
                parts.append(r.choice(["", " ", "  "]) + r.choice(specials) + r.choice(["", " ", "\n"]))
            else:
                parts.append(r.choice(["<0x41>", "<0xE4>", "\u2581", "\u2581\u2581a", " \u2581", "\u0120", "\u010a", "<unk>", "'S", "'LL", "'\u017f", "\ufffd",
                                       "e\u0301", "\u1112\u1161\u11ab", "a\u0327\u0301", "a\u0301\u0327", "\uff21\u0301", "A\u030a", "\r\n", "12345", "0"]))
        yield "".join(parts)
