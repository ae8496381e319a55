using System.Text;

namespace RewardScaling.Runs;

/// <summary>Reads comma- or tab-separated values with a header, after RFC 4180.</summary>
/// <remarks>
/// Lines before the header that begin with # are comments. Blank lines are passed over. A first column without a name, as
/// pandas writes its index, is not read.
/// </remarks>
internal static class CsvRows
{
    public static IEnumerable<RunRow> Read(string text, string name)
    {
        string[]? header = null;
        char separator = ',';
        foreach (var (line, record) in Records(text, name, () => separator, first => separator = SeparatorOf(first)))
        {
            if (header is null)
            {
                header = Header(record, line, name);
                continue;
            }
            if (record.Length != header.Length)
                throw RunText.Fault(name, line, $"the line has {record.Length} fields and the header {header.Length}; quote a field that holds the separator");
            var cells = new Dictionary<string, RunCell>(StringComparer.Ordinal);
            for (int i = 0; i < header.Length; i++)
                if (header[i].Length > 0 && record[i].Length > 0) cells.Add(header[i], RunCell.Of(record[i]));
            yield return new(line, cells);
        }
    }

    private static char SeparatorOf(string header) =>
        header.Contains('\t', StringComparison.Ordinal) && !header.Contains(',', StringComparison.Ordinal) ? '\t' : ',';

    private static string[] Header(string[] names, int line, string file)
    {
        names = Array.ConvertAll(names, static column => column.Trim());
        for (int i = 0; i < names.Length; i++)
        {
            if (names[i].Length == 0 && i > 0) throw RunText.Fault(file, line, $"column {i + 1} of the header has no name");
            if (Array.IndexOf(names, names[i]) < i) throw RunText.Fault(file, line, $"the header names the column '{names[i]}' twice");
        }
        return names;
    }

    private static IEnumerable<(int Line, string[] Fields)> Records(string text, string name, Func<char> separator,
        Action<string> first)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        bool begun = false;
        int line = 1;
        for (int i = 0; i < text.Length;)
        {
            int start = line, end = text.IndexOf('\n', i);
            string whole = (end < 0 ? text[i..] : text[i..end]).TrimEnd('\r');
            if (string.IsNullOrWhiteSpace(whole) || (!begun && whole.StartsWith('#')))
            {
                i = end < 0 ? text.Length : end + 1;
                line++;
                continue;
            }
            if (!begun) first(whole);
            begun = true;
            bool quoted = false, closed = false;
            for (; ; i++)
            {
                if (i == text.Length || (!quoted && text[i] == '\n'))
                {
                    if (quoted) throw RunText.Fault(name, start, "a quoted field is not closed by the end of the file");
                    break;
                }
                char c = text[i];
                if (c == '\n') line++;
                if (quoted)
                {
                    if (c != '"') field.Append(c);
                    else if (i + 1 < text.Length && text[i + 1] == '"') field.Append(text[i++]);
                    else (quoted, closed) = (false, true);
                }
                else if (c == separator()) Next();
                else if (c == '"' && field.Length == 0 && !closed) quoted = true;
                else if (c != '\r' && closed) throw RunText.Fault(name, line, $"'{c}' follows a closing quote; write a quote inside a field twice");
                else if (c != '\r') field.Append(c);
            }
            Next();
            i++;
            line++;
            yield return (start, [.. fields]);
            fields.Clear();

            void Next()
            {
                fields.Add(closed ? field.ToString() : field.ToString().Trim());
                field.Clear();
                closed = false;
            }
        }
    }
}
