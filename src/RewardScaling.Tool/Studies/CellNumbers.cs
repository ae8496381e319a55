using System.CommandLine.Parsing;
using System.Globalization;

namespace RewardScaling.Tool.Studies;

/// <summary>Numbers of cells as one word: <c>3-5,9</c>.</summary>
internal static class CellNumbers
{
    private const int Most = 10_000_000;

    /// <summary>Numbers, in order, as one word.</summary>
    public static string Text(IReadOnlyList<int> numbers)
    {
        var parts = new List<string>();
        for (int first = 0, next; first < numbers.Count; first = next)
        {
            next = first + 1;
            while (next < numbers.Count && numbers[next] == numbers[next - 1] + 1) next++;
            parts.Add(next - first == 1 ? Word(numbers[first]) : $"{Word(numbers[first])}-{Word(numbers[next - 1])}");
        }
        return string.Join(',', parts);
    }

    /// <summary>Reads them from a command line.</summary>
    public static IReadOnlyList<int>? Read(ArgumentResult result)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        var numbers = new List<int>();
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || Number(ends[0]) is not { } first || Number(ends[^1]) is not { } last || last < first)
            {
                result.AddError($"--cells has '{part}'; it must be numbers of cells such as 7 or 3-5,9.");
                return null;
            }
            numbers.AddRange(Enumerable.Range(first, last - first + 1));
        }
        return numbers;
    }

    // A list of a billion numbers is a slip of the keyboard.
    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < Most ? number : null;

    private static string Word(int number) => number.ToString(CultureInfo.InvariantCulture);
}
