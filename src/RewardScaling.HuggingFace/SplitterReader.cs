using System.Text;

namespace RewardScaling.HuggingFace;

/// <summary>Reads pre-tokenizers, as the format calls what cuts a text.</summary>
internal static class SplitterReader
{
    // The splitting rule of GPT-2, which ByteLevel brings along.
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static readonly Lazy<PatternSplitter> Gpt2Splitter =
        new(static () => new(SplitPattern.Expression(Gpt2), SplitBehavior.Isolated, invert: false));

    /// <summary>Adds the steps of a part.</summary>
    /// <returns>Whether what comes behind works on bytes; such a step must be the last.</returns>
    public static bool Read(JsonPart part, List<TextSplitter> into)
    {
        switch (part.Type)
        {
            case "Sequence":
                bool bytes = false;
                foreach (JsonPart step in part.Parts("pretokenizers"))
                {
                    if (bytes) throw new InvalidDataException($"{step.Path} stands behind a ByteLevel, which must be the last step");
                    bytes = Read(step, into);
                }
                return bytes;
            case "ByteLevel":
                if (part.Flag("add_prefix_space", true)) into.Add(new SpacePrefix());
                if (part.Flag("use_regex", true)) into.Add(Gpt2Splitter.Value);
                return true;
            case "Split":
                into.Add(new PatternSplitter(PatternReader.Read(part), Behavior(part), part.Flag("invert", false)));
                return false;
            case "Metaspace":
                into.Add(new MetaspaceSplitter(Mark(part), Scheme(part), part.Flag("split", true)));
                return false;
            case "Digits":
                into.Add(new RuneSplitter(UnicodeTables.IsNumber,
                    part.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous));
                return false;
            case "WhitespaceSplit":
                into.Add(new RuneSplitter(Rune.IsWhiteSpace, SplitBehavior.Removed));
                return false;
            default:
                throw part.Unsupported("Sequence, ByteLevel, Split, Metaspace, Digits and WhitespaceSplit");
        }
    }

    /// <summary>The mark of a Metaspace: one character.</summary>
    public static char Mark(JsonPart part)
    {
        string mark = part.Text("replacement");
        return mark.Length == 1 ? mark[0] : throw part.Fault("replacement", $"= \"{mark}\" must be one character");
    }

    /// <summary>Where a Metaspace puts its mark; older files say only whether.</summary>
    public static PrependScheme Scheme(JsonPart part) => part.TextOrNone("prepend_scheme") switch
    {
        null => part.Flag("add_prefix_space", true) ? PrependScheme.Always : PrependScheme.Never,
        "always" => PrependScheme.Always,
        "first" => PrependScheme.First,
        "never" => PrependScheme.Never,
        var other => throw part.Fault("prepend_scheme", $"= \"{other}\" must be always, first or never"),
    };

    private static SplitBehavior Behavior(JsonPart part) => part.Text("behavior") switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        var other => throw part.Fault("behavior", $"= \"{other}\" must be Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous"),
    };
}
