using System.Text;
using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.RewardModels;

public sealed class PreferenceFileTests : IDisposable
{
    private const string Good = """{"prompt": "2+2?", "chosen": "4", "rejected": "5"}""";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lines_become_preferences()
    {
        IReadOnlyList<Preference> preferences = Read(Good, "", "   ", """{"rejected":"b","note":[1],"chosen":"a\u00e9\n","prompt":"p"}""");
        Assert.Equal([new("2+2?", "4", "5"), new("p", "aé\n", "b")], preferences);
    }

    [Fact]
    public void A_byte_order_mark_and_windows_line_ends_do_no_harm()
    {
        string path = _folder.File("bom.jsonl");
        File.WriteAllText(path, Good + "\r\n\r\n" + Good + "\r\n", new UTF8Encoding(true));
        Assert.Equal(2, PreferenceFile.Read(path).Count);
    }

    [Theory]
    [InlineData("""{"prompt": "2+2?", "chosen": "4", """, "this is not a JSON object")]
    [InlineData("prompt,chosen,rejected", "this is not JSON (at byte 0 of the line)")]
    [InlineData("""{"prompt": "a", "chosen": "b", "rejected": "c"} trailing""", "this is not a JSON object")]
    [InlineData("""["a", "b", "c"]""", "this is no object")]
    [InlineData("17", "this is no object (17); it must be one with prompt, chosen and rejected")]
    [InlineData("""{"prompt": "a", "chosen": "b"}""", "the field \"rejected\" is missing")]
    [InlineData("""{"chosen": "b", "rejected": "c"}""", "the field \"prompt\" is missing")]
    [InlineData("""{"Prompt": "a", "chosen": "b", "rejected": "c"}""", "the field \"prompt\" is missing")]
    [InlineData("""{"prompt": "a", "chosen": null, "rejected": "c"}""", "the field \"chosen\" is null; it must be a string or a list of messages")]
    [InlineData("""{"prompt": "a", "chosen": 4, "rejected": "c"}""", "the field \"chosen\" is a number; it must be a string")]
    [InlineData("""{"prompt": "a", "chosen": true, "rejected": "c"}""", "the field \"chosen\" is true or false; it must be a string")]
    [InlineData("""{"prompt": "a", "chosen": [{"role": "user"}], "rejected": "c"}""", "the field \"chosen\": message 1 of the conversation has no text")]
    [InlineData("""{"prompt": "", "chosen": "b", "rejected": "c"}""", "the field \"prompt\" is empty")]
    [InlineData("""{"prompt": "a", "chosen": "", "rejected": "c"}""", "the field \"chosen\" is empty")]
    [InlineData("""{"prompt": "a", "chosen": "b", "rejected": "b"}""", "chosen and rejected are the same text")]
    [InlineData("""{"prompt": "a", "chosen": "b", "chosen": "d", "rejected": "b"}""", "this is not JSON")]
    [InlineData("""{"prompt": "a", "chosen": "\ud800", "rejected": "b"}""", "half of a surrogate pair")]
    public void A_bad_line_17_is_named_with_what_is_wrong(string line, string what)
    {
        string[] lines = [.. Enumerable.Repeat(Good, 15), "", line, Good];
        string message = Assert.Throws<InvalidDataException>(() => Read(lines)).Message;
        Assert.StartsWith($"{_folder.File("p.jsonl")}, line 17: ", message);
        Assert.Contains(what, message);
    }

    [Fact]
    public void Files_without_preferences_are_refused()
    {
        Assert.Contains("without preferences", Assert.Throws<InvalidDataException>(() => Read()).Message);
        Assert.Contains("without preferences", Assert.Throws<InvalidDataException>(() => Read("", " ")).Message);
        Assert.Contains("does not exist", Assert.Throws<FileNotFoundException>(() => PreferenceFile.Read(_folder.File("none"))).Message);
        Assert.Contains("is a folder", Assert.Throws<InvalidDataException>(() => PreferenceFile.Read(_folder.Path)).Message);
        File.WriteAllBytes(_folder.File("latin1"), [.. Encoding.UTF8.GetBytes("{\"prompt\": \""), 0xE9, .. "\", \"chosen\": \"a\", \"rejected\": \"b\"}"u8.ToArray()]);
        Assert.Contains("not UTF-8", Assert.Throws<InvalidDataException>(() => PreferenceFile.Read(_folder.File("latin1"))).Message);
    }

    [Fact]
    public void The_prompt_keeps_its_end_and_the_responses_their_beginnings()
    {
        Preference[] preferences = [new("abcdefgh", "123456", "654")];
        // Context 10: the longer response has 6, so the prompt may have max(4, 5) = 5 and the responses the 5 that remain.
        EncodedPreferences encoded = EncodedPreferences.Encode(preferences, new ByteTokenizer(), 10);
        Assert.Equal((1, 0), (encoded.CutCount, encoded.DroppedCount));
        Assert.Equal("defgh12345", Text(encoded.Comparisons[0].Chosen));
        Assert.Equal("defgh654", Text(encoded.Comparisons[0].Rejected));
        Assert.Equal(5, encoded.Comparisons[0].Chosen.PromptLength);
    }

    [Theory]
    [InlineData("abcdefgh", "12", "3", 10, "abcdefgh12", 0)]
    [InlineData("abcdefgh", "123", "3", 10, "bcdefgh123", 1)]
    [InlineData("ab", "1234567890", "3", 10, "ab12345678", 1)]
    [InlineData("ab", "12", "21", 2, "b1", 1)]
    public void The_rule_leaves_room_to_the_shorter_part(string prompt, string chosen, string rejected, int context,
        string expected, int cut)
    {
        EncodedPreferences encoded = EncodedPreferences.Encode([new(prompt, chosen, rejected)], new ByteTokenizer(), context);
        Assert.Equal(expected, Text(encoded.Comparisons[0].Chosen));
        Assert.Equal(cut, encoded.CutCount);
        Assert.True(encoded.Comparisons[0].Rejected.Tokens.Length <= context);
    }

    [Fact]
    public void Pairs_that_differ_only_beyond_the_cut_are_dropped_and_counted()
    {
        Preference[] preferences = [new("ab", "samesame1", "samesame2"), new("ab", "x", "y")];
        EncodedPreferences encoded = EncodedPreferences.Encode(preferences, new ByteTokenizer(), 8);
        Assert.Equal((1, 0, 1), (encoded.Comparisons.Count, encoded.CutCount, encoded.DroppedCount));
        Assert.Contains("longer context",
            Assert.Throws<InvalidDataException>(() =>
                EncodedPreferences.Encode(preferences[..1], new ByteTokenizer(), 8)).Message);
        Assert.Throws<ArgumentException>(() => EncodedPreferences.Encode([], new ByteTokenizer(), 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => EncodedPreferences.Encode(preferences, new ByteTokenizer(), 1));
    }

    [Fact]
    public void The_gsm8k_preferences_are_read()
    {
        PreferenceSet preferences = PreferenceFile.Read(SharedData.File("data/gsm8k-proxy-rl/preferences.jsonl"));
        Assert.Equal(569, preferences.Count);
        Assert.StartsWith("Janet’s ducks lay 16 eggs", preferences[0].Prompt);
        // 124 questions among 569 comparisons: only a split by prompt keeps a question out of both sides.
        Assert.Equal(124, preferences.Select(p => p.Prompt).Distinct().Count());
        EncodedPreferences encoded = EncodedPreferences.Encode(preferences, new ByteTokenizer(), 256);
        Assert.Equal(569, encoded.Comparisons.Count + encoded.DroppedCount);
        Assert.Equal(encoded.Comparisons.Count, encoded.CutCount);
        ComparisonSet set = ComparisonSet.Split(encoded.Comparisons, Toys.Stream, keepPromptsTogether: true);
        Assert.InRange(set.HeldOut.Count, 57, 80);
    }

    [Fact]
    public void The_gsm8k_preferences_with_a_broken_line_17_name_it()
    {
        string[] lines = File.ReadAllLines(SharedData.File("data/gsm8k-proxy-rl/preferences.jsonl"));
        lines[16] = lines[16][..^30];
        string message = Assert.Throws<InvalidDataException>(() => Read(lines)).Message;
        Assert.Contains("p.jsonl, line 17: this is not a JSON object", message);
        Assert.DoesNotContain('\n', message);
    }

    // What is kept as bytes comes back as it was, weights too, and texts longer than what is set aside at a time.
    [Fact]
    public void Preferences_come_back_as_they_were_written()
    {
        string[] texts = [.. Enumerable.Range(0, 3_000).Select(static i => i switch { 7 => new string('x', 3_000_000), 8 => "Straße 🙂 \u0000 数", _ => $"text {i}" })];
        var written = texts.Select(static (text, i) => new Preference(text, "yes, " + text, "no, " + text) { Margin = i == 5 ? 0.25 : 0, Probability = i == 9 ? 0.5 : 1 }).ToArray();
        File.WriteAllLines(_folder.File("p.jsonl"), written.Select(static one => System.Text.Json.JsonSerializer.Serialize(new
        {
            prompt = one.Prompt,
            chosen = one.Chosen,
            rejected = one.Rejected,
            strength = one.Probability < 1 ? 0 : one.Margin > 0 ? one.Margin : 0.5,
        })));
        PreferenceSet plain = PreferenceFile.Read(_folder.File("p.jsonl"), new() { Ties = PreferenceTies.Half });
        Assert.Equal(written.Select(static one => one with { Margin = 0 }), plain);
        PreferenceSet weighted = PreferenceFile.Read(_folder.File("p.jsonl"), new() { Ties = PreferenceTies.Half, Margins = true });
        Assert.Equal((0.25, 0.5, 1.0, 0.5), (weighted[5].Margin, weighted[6].Margin, weighted[8].Probability, weighted[9].Probability));
        Assert.Contains("index = 3000 must be in [0, 2999]", Assert.Throws<ArgumentOutOfRangeException>(() => plain[3_000]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => plain[-1]);
    }

    // pandas prints a conversation; an escape in it may be half of a pair.
    [Fact]
    public void Half_of_a_surrogate_pair_is_no_text_wherever_it_comes_from()
    {
        File.WriteAllText(_folder.File("p.csv"), "prompt,chosen,rejected\nq,\"[{'role': 'assistant', 'content': 'a\\ud83d'}]\",\"[{'role': 'assistant', 'content': 'b'}]\"\n");
        Assert.Contains("p.csv, line 2: a text is not UTF-8 or holds half of a surrogate pair", Assert.Throws<InvalidDataException>(() => PreferenceFile.Read(_folder.File("p.csv"))).Message, StringComparison.Ordinal);
        File.WriteAllText(_folder.File("p.csv"), "prompt,chosen,rejected\nq,\"[{'role': 'assistant', 'content': 'a\\ud83d\\ude42'}]\",\"[{'role': 'assistant', 'content': 'b'}]\"\n");
        Assert.Equal("a🙂", Assert.Single(PreferenceFile.Read(_folder.File("p.csv"))).Chosen);
    }

    private static string Text(TokenSequence sequence) => new ByteTokenizer().Decode(sequence.Tokens.Span);

    private PreferenceSet Read(params string[] lines)
    {
        File.WriteAllLines(_folder.File("p.jsonl"), lines);
        return PreferenceFile.Read(_folder.File("p.jsonl"));
    }
}
