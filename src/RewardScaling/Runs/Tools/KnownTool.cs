namespace RewardScaling.Runs.Tools;

/// <summary>
/// What a tool's log is known by and what its columns are: a row of the table of tools. docs/runs.md shows the table, with the
/// places in the sources.
/// </summary>
/// <remarks>Names may hold one * for any characters. Trackers' prefixes are no part of them (<see
/// cref="ColumnNames"/>).</remarks>
internal sealed record KnownTool
{
    /// <summary>The tool, as reports call it.</summary>
    public required string Name { get; init; }

    /// <summary>Which versions write this, in words; empty for all that were read.</summary>
    public string Versions { get; init; } = "";

    /// <summary>Where in the tool's source it stands.</summary>
    public required string Source { get; init; }

    /// <summary>
    /// Groups of columns: of each group one at least must be there. One column alone proves nothing, so there are two groups at
    /// least.
    /// </summary>
    public required string[][] Evidence { get; init; }

    /// <summary>Columns that this tool never writes beside its evidence.</summary>
    public string[] Never { get; init; } = [];

    /// <summary>What the values must show too, where tools or methods write the same columns; null for nothing.</summary>
    public Func<RunTable, bool>? Sign { get; init; }

    /// <summary>Columns computed from others before anything is looked for.</summary>
    public DerivedColumn[] Derived { get; init; } = [];

    /// <summary>Its columns of the divergence from the initial policy, the best first; none where it logs no such
    /// thing.</summary>
    public KlColumn[] Kls { get; init; } = [];

    /// <summary>Names of the score without penalty, the best first.</summary>
    public string[] Proxies { get; init; } = [];

    /// <summary>Names of gold that the tool itself writes, the best first.</summary>
    public string[] Golds { get; init; } = [];

    /// <summary>Names of the mean length of responses in tokens.</summary>
    public string[] Lengths { get; init; } = [];

    /// <summary>Names of the policy's entropy.</summary>
    public string[] Entropies { get; init; } = [];

    /// <summary>Names of the share of prompts whose samples all have one reward, from which nothing is learned.</summary>
    public string[] FlatGroups { get; init; } = [];

    /// <summary>Columns of this tool that look like the KL from the initial policy and what they are.</summary>
    public (string Column, string What)[] NotTheKl { get; init; } = [];

    /// <summary>Columns of this tool that look like a score and what they are.</summary>
    public (string Column, string What)[] NotAScore { get; init; } = [];

    /// <summary>What to set so that the tool logs the KL and gold, a sentence.</summary>
    public string ToLog { get; init; } = "";

    /// <summary>Why its log is of no policy that was optimised against a reward model; empty for one that is.</summary>
    public string NoRun { get; init; } = "";

    /// <summary>Columns that tell the curves of one file apart.</summary>
    public string[] CurveColumns { get; init; } = [];

    /// <summary>Whether rewards are measured from the initial policy, so that every law's R(0) = 0 holds.</summary>
    public bool StartsAtZero { get; init; }

    /// <summary>Responses behind a line for each unit of a column: their product is how many answers gold was averaged
    /// over.</summary>
    public (string Column, double Each)? Answers { get; init; }

    /// <summary>The tools, the most particular first.</summary>
    public static IReadOnlyList<KnownTool> All { get; } = [.. HomeMadeTools.All, .. HuggingFaceTools.All, .. ClusterTools.All];

    /// <summary>The tool that wrote a table; null where none is recognised.</summary>
    public static KnownTool? Of(RunTable table) => All.FirstOrDefault(tool => tool.Wrote(table));

    private bool Wrote(RunTable table) =>
        Evidence.All(group => ColumnNames.Find(table, group) is not null)
        && ColumnNames.Find(table, Never) is null && (Sign is null || Sign(table));
}
