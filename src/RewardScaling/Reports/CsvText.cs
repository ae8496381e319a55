namespace RewardScaling.Reports;

/// <summary>Texts in comma-separated values, after RFC 4180.</summary>
internal static class CsvText
{
    /// <summary>A text as a field: in quotes where it would end one.</summary>
    public static string Field(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text
        : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
