using System.Text;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;

namespace RewardScaling.Tests.Policies;

public sealed class TextCorpusTests : IDisposable
{
    private static readonly RandomStream Stream = RandomStream.FromSeed(11);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_end_of_the_file_is_held_out_and_never_trained_on()
    {
        // 900 a's and 100 b's: no training window may have a b, no held-out window an a.
        TextCorpus corpus = TextCorpus.FromFile(Write(new string('a', 900) + new string('b', 100)));
        Assert.Equal((1000, 100), (corpus.TokenCount, corpus.LongestWindow));
        Assert.All(corpus.TrainingBatch(500, 40, Stream).Tokens.ToArray(), token => Assert.Equal('a', token));
        Assert.All(corpus.Prompts(500, 40, Stream).Tokens.ToArray(), token => Assert.Equal('a', token));
        TokenBatch heldOut = corpus.HeldOutBatch(50, 40);
        Assert.Equal(2, heldOut.Count);
        Assert.All(heldOut.Tokens.ToArray(), token => Assert.Equal('b', token));
    }

    [Fact]
    public void Windows_are_runs_of_the_text_and_reach_both_ends()
    {
        string text = string.Concat(Enumerable.Range(0, 1000).Select(i => (char)('0' + i % 75)));
        TextCorpus corpus = TextCorpus.FromText(text, "digits");
        var starts = new HashSet<int>();
        for (int i = 0; i < 20_000; i++)
        {
            int[] window = corpus.TrainingWindow(8, Stream.Fork(i));
            string piece = corpus.Tokenizer.Decode(window);
            Assert.Contains(piece, text, StringComparison.Ordinal);
            starts.Add(window[0]);
        }
        Assert.Equal(75, starts.Count);
        // With the longest training window there is one start only.
        Assert.Equal(text[..8], TextCorpus.FromText(text, "digits", heldOutShare: 0.5).Tokenizer.Decode(
            TextCorpus.FromText(text, "digits", heldOutShare: 0.5).TrainingWindow(500, Stream).AsSpan(0, 8)));
    }

    [Fact]
    public void Held_out_windows_do_not_overlap_and_spread_over_the_part()
    {
        string text = new string('a', 900) + string.Concat(Enumerable.Range(0, 100).Select(i => (char)(' ' + i % 90)));
        TextCorpus corpus = TextCorpus.FromText(text, "t");
        Assert.Equal(10, corpus.HeldOutCount(10));
        TokenBatch five = corpus.HeldOutBatch(5, 10);
        Assert.Equal([0, 20, 40, 60, 80], Enumerable.Range(0, 5).Select(i => five.Sequence(i)[0] - ' '));
        Assert.Throws<ArgumentOutOfRangeException>(() => corpus.HeldOutWindow(10, 10));
    }

    [Fact]
    public void The_content_is_known_by_every_token_and_not_by_the_place()
    {
        char[] text = [.. Enumerable.Range(0, 50_000).Select(static i => (char)('a' + i * i % 23))];
        string hash = TextCorpus.FromText(new(text), "in memory").ContentHash;
        Assert.Equal(hash, TextCorpus.FromFile(Write(new(text))).ContentHash);
        Assert.NotEqual(hash, TextCorpus.FromText(new(text), "in memory", heldOutShare: 0.2).ContentHash);
        foreach (int place in new[] { 0, 24_681, 44_999, 45_000, 49_999 })
        {
            char before = text[place];
            text[place] = 'z';
            Assert.NotEqual(hash, TextCorpus.FromText(new(text), "in memory").ContentHash);
            text[place] = before;
        }
    }

    [Fact]
    public void Bytes_of_any_encoding_are_tokens()
    {
        byte[] latin1 = [.. Enumerable.Repeat((byte)0xE9, 2000)];
        File.WriteAllBytes(_folder.File("latin1.txt"), latin1);
        TextCorpus corpus = TextCorpus.FromFile(_folder.File("latin1.txt"));
        Assert.Equal(256, corpus.Tokenizer.VocabularySize);
        Assert.All(corpus.TrainingWindow(10, Stream), token => Assert.Equal(0xE9, token));
        Assert.Contains("not UTF-8 at byte 0",
            Assert.Throws<InvalidDataException>(() => TextCorpus.FromFile(_folder.File("latin1.txt"), new LetterTokenizer(5))).Message);
    }

    [Fact]
    public void Another_tokenizer_reads_the_text()
    {
        TextCorpus corpus = TextCorpus.FromFile(Write(string.Concat(Enumerable.Repeat("abcde", 300))), new LetterTokenizer(5));
        Assert.Equal(5, corpus.Tokenizer.VocabularySize);
        Assert.All(corpus.TrainingWindow(50, Stream), token => Assert.InRange(token, 0, 4));
    }

    [Fact]
    public void Files_that_are_no_corpus_are_refused_by_name_and_with_advice()
    {
        string missing = _folder.File("missing.txt");
        Assert.Contains($"{missing} does not exist", Assert.Throws<FileNotFoundException>(() => TextCorpus.FromFile(missing)).Message);
        Refused("", "is empty; give a text file");
        Refused("only one line of text\n", "has only 22 tokens; a corpus needs at least 1000. Give a longer text");
        Refused(new string('a', 500) + "\0" + new string('a', 2000), "is not text: byte 500 is zero");
        File.WriteAllText(_folder.File("corpus.txt"), new string('a', 2000), Encoding.Unicode);
        Assert.Contains("UTF-16 must be converted", Assert.Throws<InvalidDataException>(() => TextCorpus.FromFile(_folder.File("corpus.txt"))).Message);
        Assert.Contains("is a folder", Assert.Throws<InvalidDataException>(() => TextCorpus.FromFile(_folder.Path)).Message);
        Assert.Throws<ArgumentException>(() => TextCorpus.FromFile(""));
    }

    [Fact]
    public void Windows_longer_than_a_part_are_refused_with_the_longest_there_is()
    {
        TextCorpus corpus = TextCorpus.FromText(new string('a', 1000), "short.txt");
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => corpus.TrainingBatch(4, 101, Stream)).Message;
        Assert.Contains("length = 101 must be in [2, 100]: short.txt", message);
        Assert.Throws<ArgumentOutOfRangeException>(() => corpus.HeldOutBatch(4, 101));
        foreach (double share in (double[])[0, 0.51, -1, double.NaN])
            Assert.Throws<ArgumentOutOfRangeException>(() => TextCorpus.FromText(new string('a', 1000), "t", heldOutShare: share));
    }

    [Fact]
    public void Tiny_shakespeare_gives_windows_that_look_like_it()
    {
        TextCorpus corpus = TextCorpus.FromFile(SharedData.File("data/tinyshakespeare.txt"));
        Assert.Equal(1_115_394, corpus.TokenCount);
        TokenBatch windows = corpus.TrainingBatch(64, 64, Stream);
        Assert.All(windows.Tokens.ToArray(), token => Assert.True(token is '\n' or >= ' ' and < 127));
        Assert.Equal(111_540 / 64, corpus.HeldOutCount(64));
        Assert.InRange(windows.Tokens.ToArray().Count(token => token == 'e') / (64 * 64.0), 0.06, 0.12);
    }

    private string Write(string text)
    {
        File.WriteAllText(_folder.File("corpus.txt"), text);
        return _folder.File("corpus.txt");
    }

    private void Refused(string text, string what)
    {
        string path = Write(text), message = Assert.Throws<InvalidDataException>(() => TextCorpus.FromFile(path)).Message;
        Assert.Contains(path, message);
        Assert.Contains(what, message);
    }
}
