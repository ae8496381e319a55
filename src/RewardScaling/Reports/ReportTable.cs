using System.Text;

namespace RewardScaling.Reports;

/// <summary>A column of a table.</summary>
/// <param name="Heading">What it holds, with its unit.</param>
/// <param name="Numeric">Whether its cells are numbers, set flush right.</param>
internal sealed record ReportColumn(string Heading, bool Numeric = true);

/// <summary>A table, written as HTML or as Markdown. The first column names its row.</summary>
internal sealed class ReportTable
{
    private readonly List<string[]> _rows = [];

    /// <summary>An empty table.</summary>
    /// <param name="caption">What it shows.</param>
    /// <param name="columns">Its columns; at least one.</param>
    public ReportTable(string caption, params IReadOnlyList<ReportColumn> columns)
    {
        if (columns.Count == 0) throw new ArgumentException("columns is empty; a table needs at least one column.", nameof(columns));
        (Caption, Columns) = (caption, [.. columns]);
    }

    /// <summary>What the table shows.</summary>
    public string Caption { get; }

    /// <summary>The columns.</summary>
    public IReadOnlyList<ReportColumn> Columns { get; }

    /// <summary>The rows added so far.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows => _rows;

    /// <summary>Adds a row, one cell for each column.</summary>
    public ReportTable Add(params string[] cells)
    {
        if (cells.Length != Columns.Count) throw new ArgumentException($"cells has {cells.Length} values; the table has {Columns.Count} columns.", nameof(cells));
        _rows.Add(cells);
        return this;
    }

    /// <summary>Writes the table into a page.</summary>
    public void WriteHtml(Markup page)
    {
        // The frame scrolls on a narrow screen, so a keyboard must be able to reach it.
        page.Open("div", ("class", "frame"), ("tabindex", "0"), ("role", "region"), ("aria-label", Caption)).Open("table").Element("caption", Caption);
        page.Open("thead").Open("tr");
        foreach (ReportColumn column in Columns) page.Element("th", column.Heading, [("scope", "col"), .. Class(column)]);
        page.Close().Close().Open("tbody").Line();
        foreach (string[] row in _rows)
        {
            page.Open("tr");
            for (int c = 0; c < row.Length; c++)
                if (c == 0) page.Element("th", row[c], [("scope", "row"), .. Class(Columns[c])]);
                else page.Element("td", row[c], [.. Class(Columns[c])]);
            page.Close().Line();
        }
        page.Close().Close().Close().Line();
    }

    /// <summary>The table in the pipe syntax of GitHub Flavored Markdown, its caption as a line above.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append(Cell(Caption)).Append("\n\n");
        AppendRow(Columns.Select(c => Cell(c.Heading)));
        AppendRow(Columns.Select(c => c.Numeric ? "---:" : "---"));
        foreach (string[] row in _rows) AppendRow(row.Select(Cell));
        return text.ToString();

        void AppendRow(IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
    }

    private static (string, string)[] Class(ReportColumn column) => column.Numeric ? [("class", "number")] : [];

    private static string Cell(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
