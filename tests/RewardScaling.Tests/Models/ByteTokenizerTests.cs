using System.Text;
using FsCheck.Fluent;
using RewardScaling.Models;

namespace RewardScaling.Tests.Models;

public sealed class ByteTokenizerTests
{
    private readonly ByteTokenizer _tokenizer = new();

    [Theory]
    [InlineData("", new int[0])]
    [InlineData("Ab\n", new[] { 65, 98, 10 })]
    [InlineData("é", new[] { 0xC3, 0xA9 })] // U+00E9 = 11101001: 110_00011 10_101001
    [InlineData("√", new[] { 0xE2, 0x88, 0x9A })] // U+221A
    [InlineData("😀", new[] { 0xF0, 0x9F, 0x98, 0x80 })] // U+1F600
    [InlineData("\0", new[] { 0 })]
    public void Tokens_are_the_utf8_bytes(string text, int[] tokens)
    {
        Assert.Equal(tokens, _tokenizer.Encode(text));
        Assert.Equal(text, _tokenizer.Decode(tokens));
    }

    [Fact]
    public void There_are_256_tokens() => Assert.Equal(256, _tokenizer.VocabularySize);

    [Fact]
    public void Every_unicode_text_survives_the_way_there_and_back() => FsCheck.Check.QuickThrowOnFailure(
        Prop.ForAll(ArbMap.Default.ArbFor<string>().Filter(static text => text is not null), text =>
        {
            // FsCheck makes halves of surrogate pairs too; they are no Unicode text.
            string whole = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            return _tokenizer.Decode(_tokenizer.Encode(whole)) == whole;
        }));

    [Theory]
    [InlineData(new[] { 0xE2, 0x88 }, "\uFFFD")]
    [InlineData(new[] { 65, 0xC3, 66 }, "A\uFFFDB")]
    [InlineData(new[] { 0x9A }, "\uFFFD")]
    public void A_character_cut_in_two_shows_the_replacement_character(int[] tokens, string text) =>
        Assert.Equal(text, _tokenizer.Decode(tokens));

    [Fact]
    public void A_byte_order_mark_is_text_like_any_other() => Assert.Equal("\uFEFFa", _tokenizer.Decode(_tokenizer.Encode("\uFEFFa")));

    [Theory]
    [InlineData(256)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_token_outside_the_vocabulary_is_named(int token)
    {
        var fault = Assert.Throws<ArgumentException>(() => _tokenizer.Decode([65, token]));
        Assert.StartsWith($"tokens[1] = {token} must be in [0, 255].", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_a_fault_and_not_silently_another_text() =>
        Assert.ThrowsAny<ArgumentException>(() => _tokenizer.Encode("a\uD800b"));
}
