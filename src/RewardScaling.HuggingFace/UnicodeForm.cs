using System.Text;

namespace RewardScaling.HuggingFace;

/// <summary>The normalization forms of Unicode (UAX 15) over the tables tokenizers were learned with.</summary>
/// <param name="compatible">Whether ligatures, full-width letters and the like are taken apart: NFKC and NFKD.</param>
/// <param name="composed">Whether letters and accents are put together again: NFC and NFKC.</param>
internal sealed class UnicodeForm(bool compatible, bool composed) : TextNormalizer
{
    // Hangul syllables are arithmetic (section 3.12 of the standard).
    private const int Syllables = 0xAC00, Leads = 0x1100, Vowels = 0x1161, Tails = 0x11A7;
    private const int VowelCount = 21, TailCount = 28, SyllableCount = 19 * VowelCount * TailCount;

    /// <inheritdoc/>
    public override string Normalize(string text, bool prefix)
    {
        // No code point below the first accent composes or decomposes canonically but Latin letters with accents, from U+00C0.
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', composed && !compatible ? '\u02FF' : '\u007F')) return text;
        var points = new List<int>(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) Decompose(rune.Value, points);
        Order(points);
        if (composed) Compose(points);
        var result = new StringBuilder(text.Length);
        foreach (int point in points) result.Append(new Rune(point));
        return result.ToString();
    }

    private void Decompose(int point, List<int> into)
    {
        int syllable = point - Syllables;
        if ((uint)syllable < SyllableCount)
        {
            into.Add(Leads + syllable / (VowelCount * TailCount));
            into.Add(Vowels + syllable / TailCount % VowelCount);
            if (syllable % TailCount > 0) into.Add(Tails + syllable % TailCount);
        }
        else if ((compatible ? UnicodeTables.Compatible(point) : null) is { } parts) into.AddRange(parts);
        else if (UnicodeTables.Canonical(point) is { } canonical) into.AddRange(canonical);
        else into.Add(point);
    }

    // Accents in the order of their classes; those of one class keep their order.
    private static void Order(List<int> points)
    {
        for (int i = 1; i < points.Count; i++)
        {
            int point = points[i], order = UnicodeTables.CombiningClass(point), at = i;
            if (order == 0) continue;
            for (; at > 0 && UnicodeTables.CombiningClass(points[at - 1]) > order; at--) points[at] = points[at - 1];
            points[at] = point;
        }
    }

    private static void Compose(List<int> points)
    {
        int kept = 0, starter = -1, before = 0;
        for (int i = 0; i < points.Count; i++)
        {
            int point = points[i], order = UnicodeTables.CombiningClass(point);
            // Blocked if something of the same or a higher class, or another starter, lies between.
            bool free = starter >= 0 && (starter == kept - 1 || (before != 0 && before < order));
            if (free && Composition(points[starter], point) is int whole and >= 0)
            {
                points[starter] = whole;
                continue;
            }
            if (order == 0) starter = kept;
            before = order;
            points[kept++] = point;
        }
        points.RemoveRange(kept, points.Count - kept);
    }

    private static int Composition(int first, int second)
    {
        if ((uint)(first - Leads) < SyllableCount / (VowelCount * TailCount) && (uint)(second - Vowels) < VowelCount)
            return Syllables + ((first - Leads) * VowelCount + second - Vowels) * TailCount;
        int syllable = first - Syllables;
        if ((uint)syllable < SyllableCount && syllable % TailCount == 0 && (uint)(second - Tails - 1) < TailCount - 1)
            return first + second - Tails;
        return UnicodeTables.Composed(first, second);
    }
}
