using System.Globalization;
using System.Text;

namespace RewardScaling.HuggingFace;

/// <summary>
/// What tokenizers believe of code points. Asked of the widely used implementation itself (Unicode.txt says how), because tokens
/// depend on the Unicode version they were learned with, and because .NET normalizes nothing in its invariant mode.
/// </summary>
internal static class UnicodeTables
{
    private static readonly Lazy<Tables> Read = new(static () => new Tables());

    /// <summary>The whole canonical decomposition of a code point, or null if it is its own.</summary>
    public static int[]? Canonical(int point) => Read.Value.Canonical.GetValueOrDefault(point);

    /// <summary>The whole compatible decomposition of a code point where it is not the canonical one, or null.</summary>
    public static int[]? Compatible(int point) => Read.Value.Compatible.GetValueOrDefault(point);

    /// <summary>What two code points compose to, or -1.</summary>
    public static int Composed(int first, int second) => Read.Value.Composed.GetValueOrDefault((first, second), -1);

    /// <summary>The canonical combining class.</summary>
    public static int CombiningClass(int point) => Read.Value.Classes.GetValueOrDefault(point);

    /// <summary>Whether a code point is a mark, that is, an accent.</summary>
    public static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        != Read.Value.OtherMarks.Contains(rune.Value);

    /// <summary>Whether a code point is a number.</summary>
    public static bool IsNumber(Rune rune) =>
        Rune.IsNumber(rune) != (rune.Value >= 128 && Read.Value.OtherNumbers.Contains(rune.Value));

    /// <summary>Adds a code point in lower case.</summary>
    public static void AppendLower(StringBuilder text, Rune rune)
    {
        if (rune.Value >= 128 && Read.Value.Lower.TryGetValue(rune.Value, out int[]? lower))
            foreach (int point in lower) text.Append(new Rune(point));
        else text.Append(Rune.ToLowerInvariant(rune));
    }

    private sealed class Tables
    {
        public readonly Dictionary<int, int[]> Canonical = [], Compatible = [], Lower = [];
        public readonly Dictionary<(int, int), int> Composed = [];
        public readonly Dictionary<int, int> Classes = [];
        public readonly HashSet<int> OtherMarks = [], OtherNumbers = [];

        public Tables()
        {
            using Stream stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream("Unicode.txt")!;
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                string[] parts = line.Split(' ');
                int[] points = [.. parts.Skip(1).Select(static part =>
                    int.Parse(part, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
                switch (parts[0])
                {
                    case "D": Canonical[points[0]] = points[1..]; break;
                    case "K": Compatible[points[0]] = points[1..]; break;
                    case "L": Lower[points[0]] = points[1..]; break;
                    case "C": Composed[(points[0], points[1])] = points[2]; break;
                    case "R": Classes[points[0]] = int.Parse(parts[2], CultureInfo.InvariantCulture); break;
                    case "M": OtherMarks.Add(points[0]); break;
                    case "N": OtherNumbers.Add(points[0]); break;
                    default: throw new InvalidOperationException($"Unicode.txt has the line {line}.");
                }
            }
        }
    }
}
