using System.Text;

namespace RewardScaling.Reports;

/// <summary>Writes a table for LaTeX, with the rules of the package booktabs.</summary>
internal static class LatexTable
{
    public static string Of(ReportTable table)
    {
        var text = new StringBuilder("% needs \\usepackage{booktabs}\n\\begin{table}\n\\centering\n");
        text.Append("\\caption{").Append(Escaped(table.Caption)).Append("}\n");
        text.Append("\\begin{tabular}{").AppendJoin("", table.Columns.Select(static c => c.Numeric ? 'r' : 'l')).Append("}\n\\toprule\n");
        AppendRow(table.Columns.Select(static c => c.Heading));
        text.Append("\\midrule\n");
        foreach (IReadOnlyList<string> row in table.Rows) AppendRow(row);
        return text.Append("\\bottomrule\n\\end{tabular}\n\\end{table}\n").ToString();

        void AppendRow(IEnumerable<string> cells) => text.AppendJoin(" & ", cells.Select(Escaped)).Append(" \\\\\n");
    }

    // What LaTeX reads as a command, and what older engines have no letter for.
    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (char c in text)
            escaped.Append(c switch
            {
                '\\' => "\\textbackslash{}",
                '~' => "\\textasciitilde{}",
                '^' => "\\textasciicircum{}",
                '&' or '%' or '$' or '#' or '_' or '{' or '}' => $"\\{c}",
                '<' => "$<$",
                '>' => "$>$",
                '±' => "$\\pm$",
                '−' => "$-$",
                '√' => "$\\surd$",
                '∞' => "$\\infty$",
                'α' => "$\\alpha$",
                'β' => "$\\beta$",
                'γ' => "$\\gamma$",
                '²' => "$^2$",
                '–' => "--",
                '\r' or '\n' => " ",
                _ => c.ToString(),
            });
        return escaped.ToString();
    }
}
