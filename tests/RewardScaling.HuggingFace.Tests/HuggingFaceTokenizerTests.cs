using FsCheck;
using FsCheck.Fluent;
using RewardScaling.Models;
using RewardScaling.Tests;

namespace RewardScaling.HuggingFace.Tests;

/// <summary>What holds of every tokenizer, whatever its file.</summary>
public sealed class HuggingFaceTokenizerTests
{
    // Their normalizers change nothing but spaces at the beginning, and they have a token for every text.
    public static TheoryData<string> Lossless => ["gpt2", "llama3", "smollm", "llama2", "mistral", "gemma"];

    [Theory]
    [MemberData(nameof(Lossless))]
    public void A_text_comes_back(string kind)
    {
        var tokenizer = References.Of(kind).Tokenizer;
        foreach (string text in Plain(kind)) Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    // Whatever the seam cuts: a word, a space, but no character.
    [Theory]
    [MemberData(nameof(Lossless))]
    public void A_response_goes_on_where_its_prompt_ends(string kind)
    {
        var tokenizer = References.Of(kind).Tokenizer;
        string[] texts = [.. Plain(kind)];
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(
            Gen.Choose(0, texts.Length - 1).SelectMany(_ => Gen.Choose(0, 1000), static (text, at) => (text, at)).ToArbitrary(), pick =>
            {
                string text = texts[pick.text];
                int at = pick.at % (text.Length + 1);
                if (at < text.Length && char.IsLowSurrogate(text[at])) at--;
                int[] prompt = tokenizer.EncodePrompt(text[..at]), response = tokenizer.EncodeContinuation(text[at..]);
                return tokenizer.Decode([.. prompt, .. response]) == text
                    && tokenizer.Decode(prompt) == text[..at] && tokenizer.DecodeContinuation(response) == text[at..];
            }));
    }

    [Fact]
    public void A_response_keeps_its_space_where_a_first_word_has_none()
    {
        var tokenizer = References.Of("llama2").Tokenizer;
        int[] first = tokenizer.Encode("the end"), further = tokenizer.EncodeContinuation(" the end");
        Assert.Equal(first, further);
        Assert.Equal("the end", tokenizer.Decode(further));
        Assert.Equal(" the end", tokenizer.DecodeContinuation(further));
        Assert.NotEqual(tokenizer.Encode("the end"), tokenizer.EncodeContinuation("the end"));
    }

    // No theory: attributes keep text as UTF-8, which has no such thing.
    [Fact]
    public void Half_a_surrogate_pair_is_a_fault()
    {
        foreach (var (text, at) in ((string, int)[])[("a\uD800b", 1), ("\uDC00", 0), ("😀\uD83D", 2), ("\uD83D\uD83D\uDE00", 0)])
            foreach (string kind in References.Kinds())
            {
                ITokenizer tokenizer = References.Of(kind).Tokenizer;
                foreach (var encode in (Func<string, int[]>[])[tokenizer.Encode, tokenizer.EncodePrompt, tokenizer.EncodeContinuation])
                    Assert.Contains($"text[{at}] is half of a surrogate pair", Assert.Throws<ArgumentException>(() => encode(text)).Message, StringComparison.Ordinal);
            }
    }

    [Fact]
    public void Half_a_character_shows_the_replacement_character()
    {
        var bytes = References.Of("gpt2").Tokenizer;
        int[] tokens = bytes.Encode("\U000A5A5A");
        Assert.Equal("\uFFFD", bytes.Decode(tokens.AsSpan(..^1)));
        var fallback = References.Of("llama2").Tokenizer;
        Assert.Equal("\uFFFD\uFFFD\uFFFD", fallback.DecodeContinuation(fallback.EncodeContinuation("\U000A5A5A").AsSpan(..^1)));
    }

    [Fact]
    public void A_vocabulary_may_be_larger_than_the_tokenizer_and_not_smaller()
    {
        var tokenizer = References.Of("qwen2").Tokenizer;
        string file = Path.Combine(Repository.Root, "tests/RewardScaling.HuggingFace.Tests/ReferenceData/qwen2.tokenizer.json");
        int size = tokenizer.VocabularySize;
        var padded = HuggingFaceTokenizer.FromFile(file, size + 64);
        Assert.Equal(size + 64, padded.VocabularySize);
        Assert.Equal("ab", padded.Decode([.. padded.Encode("a"), size + 63, .. padded.Encode("b")]));
        Assert.Contains($"tokens[1] = {size}", Assert.Throws<ArgumentException>(() => tokenizer.Decode([0, size])).Message, StringComparison.Ordinal);
        Assert.Contains($"has {size} tokens, more than the vocabulary of 100",
            Assert.Throws<InvalidDataException>(() => HuggingFaceTokenizer.FromFile(file, 100)).Message, StringComparison.Ordinal);
    }

    // Tokens that were kept from other threads are these.
    [Fact]
    public void Threads_may_share_a_tokenizer()
    {
        var reference = References.Of("llama3");
        Parallel.For(0, 4, _ => Assert.Empty(reference.Differences()));
    }

    private static IEnumerable<string> Plain(string kind)
    {
        var tokenizer = References.Of(kind).Tokenizer;
        return References.Of(kind).Texts.Select(static reference => reference.Text).Where(text =>
            !text.Contains('▁', StringComparison.Ordinal) && !text.Contains("<0x", StringComparison.Ordinal)
            && !tokenizer.Encode(text).Any(tokenizer.IsSpecial) && !(kind is "llama2" or "mistral" && text.StartsWith(' ')));
    }
}
