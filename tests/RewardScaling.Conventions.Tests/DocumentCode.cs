using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace RewardScaling.Conventions.Tests;

/// <summary>The C# of the documents and of examples in comments, each block as it stands.</summary>
internal static partial class DocumentCode
{
    /// <summary>README.md and every page of docs.</summary>
    public static IReadOnlyList<string> Paths { get; } =
        ["README.md", .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md").Select(static path => "docs/" + Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>The blocks of a document, with the lines they begin on.</summary>
    public static IEnumerable<(int Line, string Code)> Of(string path)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, path));
        foreach (Match block in Block().Matches(text)) yield return (text.AsSpan(0, block.Index).Count('\n') + 2, block.Groups[1].Value);
    }

    /// <summary>The examples in the comments of the library's sources.</summary>
    public static IEnumerable<(string Place, string Code)> Examples()
    {
        foreach (SourceFile file in Repository.Sources("src"))
        {
            foreach (Match example in Example().Matches(file.Text))
            {
                string code = string.Join('\n', example.Groups[1].Value.Split('\n').Select(static line => Comment().Replace(line, "")));
                yield return ($"{file.Path}:{file.Text.AsSpan(0, example.Index).Count('\n') + 1}", System.Net.WebUtility.HtmlDecode(code));
            }
        }
    }

    /// <summary>The cells of code of a notebook.</summary>
    public static IEnumerable<string> Cells(string path)
    {
        using var notebook = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, path)));
        foreach (var cell in notebook.RootElement.GetProperty("cells").EnumerateArray())
            if (cell.GetProperty("cell_type").GetString() == "code")
                yield return string.Concat(cell.GetProperty("source").EnumerateArray().Select(static line => line.GetString()));
    }

    /// <summary>A document without its blocks of code.</summary>
    public static string WithoutCode(string path) => Fence().Replace(File.ReadAllText(Path.Combine(Repository.Root, path)), "");

    /// <summary>The program a block makes: by itself if it begins with its usings, as somebody pastes it; else inside a method, with
    /// the names that are given.</summary>
    public static string Program(string code, string usings, string around)
    {
        if (Whole().IsMatch(code)) return code;
        var program = new StringBuilder(usings).AppendLine();
        string types = string.Concat(Declaration().Matches(code).Select(static type => type.Value));
        string body = Declaration().Replace(code, "");
        program.Append(around).Append("    public async System.Threading.Tasks.Task Block()\n    {\n").Append(body)
            .Append("\n        await System.Threading.Tasks.Task.CompletedTask;\n    }\n}\n").Append(types);
        return program.ToString();
    }

    [GeneratedRegex(@"^```csharp\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\A(?:#:.*\n)*using [\w.]+;")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"<code>\n(.*?)///\s*</code>", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"^\s*/// ?")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^(?:/// [^\n]*\n)*(?:internal|public) (?:sealed |static )*(?:class|record) .*?^\}\n?", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Declaration();
}
