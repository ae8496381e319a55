namespace RewardScaling.HuggingFace.Tests;

/// <summary>The parts a tokenizer is made of, on answers known otherwise.</summary>
public sealed class PieceTests
{
    // The examples with which the format's documentation explains the behaviours.
    [Theory]
    [InlineData("Removed", "the|final|countdown")]
    [InlineData("Isolated", "the|-|final|-|-|countdown")]
    [InlineData("MergedWithPrevious", "the-|final-|-|countdown")]
    [InlineData("MergedWithNext", "the|-final|-|-countdown")]
    [InlineData("Contiguous", "the|-|final|--|countdown")]
    public void A_text_is_split_as_documented(string behavior, string expected)
    {
        var splitter = new PatternSplitter(SplitPattern.Literal("-"), Enum.Parse<SplitBehavior>(behavior), invert: false);
        Assert.Equal(expected, Cut(splitter, "the-final--countdown"));
    }

    [Fact]
    public void Letters_above_the_first_plane_are_letters()
    {
        var words = new PatternSplitter(SplitPattern.Expression(@"\p{L}+|\p{N}|[^\p{L}\p{N}]"), SplitBehavior.Isolated, invert: false);
        Assert.Equal("a\U00020000\U0001D400b|\U0001D7D8|1|\U0001F600|c", Cut(words, "a\U00020000\U0001D400b\U0001D7D81\U0001F600c"));
    }

    [Fact]
    public void A_stand_in_has_the_category_it_stands_for() => Assert.Empty(SplitPattern.WrongStandIns());

    // UAX 15, figures 3 to 6, and Hangul from section 3.12 of the standard.
    [Theory]
    [InlineData("\u212B", "A\u030A", "\u00C5", "A\u030A", "\u00C5")]
    [InlineData("\u2126", "\u03A9", "\u03A9", "\u03A9", "\u03A9")]
    [InlineData("\u1E69", "s\u0323\u0307", "\u1E69", "s\u0323\u0307", "\u1E69")]
    [InlineData("\u1E0B\u0323", "d\u0323\u0307", "\u1E0D\u0307", "d\u0323\u0307", "\u1E0D\u0307")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307")]
    [InlineData("\uFB01", "\uFB01", "\uFB01", "fi", "fi")]
    [InlineData("2\u2075", "2\u2075", "2\u2075", "25", "25")]
    [InlineData("\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E9B\u0323", "s\u0323\u0307", "\u1E69")]
    [InlineData("\uD4DB", "\u1111\u1171\u11B6", "\uD4DB", "\u1111\u1171\u11B6", "\uD4DB")]
    [InlineData("\uAC00\u11A8", "\u1100\u1161\u11A8", "\uAC01", "\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("a\u0315\u0300\u05AE\u0062", "a\u05AE\u0300\u0315b", "\u00E0\u05AE\u0315b", "a\u05AE\u0300\u0315b", "\u00E0\u05AE\u0315b")]
    public void Forms_are_those_of_the_standard(string text, string nfd, string nfc, string nfkd, string nfkc)
    {
        Assert.Equal(nfd, new UnicodeForm(false, false).Normalize(text, true));
        Assert.Equal(nfc, new UnicodeForm(false, true).Normalize(text, true));
        Assert.Equal(nfkd, new UnicodeForm(true, false).Normalize(text, true));
        Assert.Equal(nfkc, new UnicodeForm(true, true).Normalize(text, true));
    }

    [Fact]
    public void Added_tokens_are_found_from_the_left_the_longest_first()
    {
        var finder = new AddedTokenFinder([Token(1, "ab"), Token(2, "abc"), Token(3, "bcd"), Token(4, "d", word: true)]);
        var found = new List<string>();
        finder.Cut("xabcd d abd", (start, end) => found.Add($"{start}-{end}"), token => found.Add($"#{token.Id}"));
        Assert.Equal(["0-1", "#2", "4-6", "#4", "7-8", "#1", "10-11"], found);

        static (string, AddedToken) Token(int id, string content, bool word = false) =>
            (content, new(id, content, word, LeftStrip: false, RightStrip: false, Normalized: false, Special: true));
    }

    private static string Cut(TextSplitter splitter, string text)
    {
        var pieces = new List<TextPiece>();
        splitter.Split(new(text.AsMemory(), true), true, pieces);
        Assert.Equal(pieces[0].Text.Span.Overlaps(text, out int offset) && offset == 0, pieces[0].Begins);
        return string.Join('|', pieces.Select(static piece => piece.Text));
    }
}
