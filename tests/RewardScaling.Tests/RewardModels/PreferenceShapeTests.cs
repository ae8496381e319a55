using System.IO.Compression;
using System.Text;
using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.RewardModels;

/// <summary>Preferences as data sets have them.</summary>
public sealed class PreferenceShapeTests
{
    private const string Turns = """[{"role": "user", "content": "q"}, {"role": "assistant", "content": "good"}]""";
    private const string Others = """[{"role": "user", "content": "q"}, {"role": "assistant", "content": "bad"}]""";

    [Theory]
    [InlineData("""{"prompt": "q", "chosen": "good", "rejected": "bad"}""")]
    [InlineData("""[{"prompt": "q", "chosen": "good", "rejected": "bad"}]""")]
    [InlineData("""{"version": 1, "data": [{"prompt": "q", "chosen": "good", "rejected": "bad"}, {"prompt": "q", "chosen": "good", "rejected": "bad"}]}""")]
    [InlineData("""{"chosen": """ + Turns + """, "rejected": """ + Others + "}")]
    [InlineData("""{"prompt": "q", "chosen": """ + Turns + """, "rejected": """ + Others + "}")]
    [InlineData("""{"prompt": [{"role": "user", "content": "q"}], "chosen": [{"role": "assistant", "content": "good"}], "rejected": [{"role": "assistant", "content": "bad"}]}""")]
    [InlineData("""{"conversations": [{"from": "human", "value": "q"}], "chosen": {"from": "gpt", "value": "good"}, "rejected": {"from": "gpt", "value": "bad"}}""")]
    [InlineData("""{"chosen_messages": [{"role": "user", "content": [{"type": "text", "value": "q"}]}, {"role": "assistant", "content": [{"type": "text", "value": "good"}]}], "rejected_messages": [{"role": "user", "content": [{"type": "text", "value": "q"}]}, {"role": "assistant", "content": "bad"}]}""")]
    [InlineData("""{"instruction": "q", "input": "", "output_1": "bad", "output_2": "good", "preference": 2}""")]
    [InlineData("""{"prompt": "q", "response_0": "good", "response_1": "bad", "better_response_id": 0, "safer_response_id": 1}""")]
    [InlineData("""{"prompt": "q", "response_1": "good", "response_2": "bad", "preference_strength": -2}""")]
    [InlineData("""{"question": "q", "response_a": "bad", "response_b": "good", "winner": "model_b"}""")]
    [InlineData("""{"prompt": "q", "responses": ["bad", "good"], "scores": [1, 4.5]}""")]
    [InlineData("""{"prompt": "q", "chosen": "q good", "rejected": "q bad"}""")]
    [InlineData("prompt,chosen,rejected\nq,good,bad\n")]
    [InlineData("chosen,rejected\n\"[{'role': 'user', 'content': 'q'}, {'role': 'assistant', 'content': 'good'}]\",\"[{'role': 'user', 'content': 'q'}\n {'role': 'assistant', 'content': 'bad'}]\"\n")]
    [InlineData("prompt;response_a;response_b;winner\nq;good;bad;a\n")]
    public void The_same_pair_comes_out_of_every_shape(string text)
    {
        Assert.All(Read(text), static pair => Assert.Equal(new("q", "good", "bad"), pair));
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(text));
        Assert.Equal(new("q", "good", "bad"), PreferenceFile.Read(() => new MemoryStream(packed.ToArray()), "x")[0]);
    }

    [Fact]
    public void Transcripts_part_at_the_last_turn_they_share()
    {
        Preference pair = Read("""{"chosen": "\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant: This is good.", "rejected": "\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant: This is bad."}""")[0];
        Assert.Equal(new("Human: a\n\nAssistant: b\n\nHuman: c\n\nAssistant:", "This is good.", "This is bad."), pair);
    }

    [Fact]
    public void A_conversation_becomes_text_as_the_caller_says()
    {
        const string Text = """{"chosen": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}, {"role": "assistant", "content": "good"}], "rejected": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}, {"role": "assistant", "content": "bad"}]}""";
        Assert.Equal("System: s\n\nHuman: q", Read(Text)[0].Prompt);
        Assert.Equal("<system>s<user>q", Read(Text, new() { Format = static messages => string.Concat(messages.Select(static m => m.Role == "assistant" ? m.Content : $"<{m.Role}>{m.Content}")) })[0].Prompt);
    }

    [Fact]
    public void Ties_are_left_out_or_soft_and_said()
    {
        const string Text = """
            {"prompt": "q", "chosen": "a", "rejected": "b", "preference_strength": 0}
            {"prompt": "q", "chosen": "a", "rejected": "b", "preference_strength": 2}
            {"prompt": "q", "chosen": "a", "rejected": "b", "score_chosen": 3, "score_rejected": 3}
            {"prompt": "q", "response_a": "a", "response_b": "b", "winner": "tie"}
            {"prompt": "q", "responses": ["a", "b", "c"], "scores": [1, 1, 2]}
            """;
        PreferenceSet left = Read(Text);
        Assert.Equal(3, left.Count);
        Assert.Contains("4 of 7 pairs are ties and are left out (PreferenceFileOptions.Ties keeps them with the label 0.5).", left.Notes);
        PreferenceSet soft = Read(Text, new() { Ties = PreferenceTies.Half });
        Assert.Equal([0.5, 1, 0.5, 0.5, 0.5, 1, 1], soft.Select(static pair => pair.Probability));
        Assert.Equal([0.5, 1], EncodedPreferences.Encode([soft[0], soft[1]], new ByteTokenizer(), 8).Comparisons.Select(static pair => pair.Probability));
        Assert.Contains("all 1 pairs are ties", Message("""{"prompt": "q", "chosen": "a", "rejected": "b", "preference_strength": 0}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_are_margins_when_asked()
    {
        const string Text = """{"prompt": "q", "chosen": "a", "rejected": "b", "score_chosen": 3, "score_rejected": 1.5}""";
        Assert.Equal((0, 1.5), (Read(Text)[0].Margin, Read(Text, new() { Margins = true })[0].Margin));
        Assert.Contains("are not used", Assert.Single(Read(Text).Notes), StringComparison.Ordinal);
        Assert.Equal(1.5, EncodedPreferences.Encode([.. Read(Text, new() { Margins = true })], new ByteTokenizer(), 8).Comparisons[0].Margin);
    }

    [Fact]
    public void Ranks_need_their_direction()
    {
        const string Text = """{"prompt": "q", "responses": ["a", "b", "c"], "ranks": [2, 1, 3]}""";
        Assert.Contains("set PreferenceFileOptions.Ranks", Message(Text), StringComparison.Ordinal);
        Assert.Equal(["b a", "a c", "b c"], Read(Text, new() { Ranks = RankOrder.LowerIsBetter }).Select(static pair => $"{pair.Chosen} {pair.Rejected}"));
        Assert.Equal(["a b", "c a", "c b"], Read(Text, new() { Ranks = RankOrder.HigherIsBetter }).Select(static pair => $"{pair.Chosen} {pair.Rejected}"));
    }

    [Theory]
    [InlineData("""{"prompt": "q", "completion": "a", "label": true}""", "as for KTO")]
    [InlineData("""{"messages": [{"role": "user", "content": "q"}], "kto_tag": true}""", "as for KTO")]
    [InlineData("""{"instruction": "q", "output_1": "a", "output_2": "b"}""", "nothing says which is better")]
    [InlineData("""{"prompt": "q", "completions": ["a", "b"], "labels": [true, false]}""", "process reward models")]
    [InlineData("""{"prompt": "q", "response": "a"}""", "as for supervised training")]
    [InlineData("""{"prompt": "q", "response": "a", "rank": 1}""", "on a row of its own")]
    [InlineData("""{"prompt": "q", "responses": ["a", "b"]}""", "nothing says which is better")]
    [InlineData("""{"text": "q"}""", "it has the fields text, and needs prompt, chosen and rejected")]
    [InlineData("""{"chosen": "a", "rejected": "b"}""", "the field \"prompt\" is missing")]
    [InlineData("""{"prompt": "q", "chosen": "a", "rejected": "b", "preference_strength": -1}""", "the strength -1 is negative")]
    [InlineData("""{"prompt": "q", "response_0": "a", "response_1": "b", "better_response_id": 2}""", "is '2', which is neither")]
    [InlineData("winner,loser\na.jpg,b.jpg\n", "the field \"prompt\" is missing")]
    [InlineData("PAR1....", "Parquet")]
    public void What_has_no_pairs_is_refused_for_what_it_is(string text, string what) => Assert.Contains(what, Message(text), StringComparison.Ordinal);

    [Fact]
    public void A_few_pairs_that_teach_nothing_are_left_out_and_counted()
    {
        string good = """{"prompt": "q", "chosen": "a", "rejected": "b"}""", same = """{"prompt": "q", "chosen": "a", "rejected": "a"}""";
        PreferenceSet set = Read(string.Join('\n', [.. Enumerable.Repeat(good, 39), same]));
        Assert.Equal((39, "1 of 40 pairs are empty or have the same response twice and are left out."), (set.Count, Assert.Single(set.Notes)));
    }

    private static PreferenceSet Read(string text, PreferenceFileOptions? options = null) => PreferenceFile.Read(() => new MemoryStream(Encoding.UTF8.GetBytes(text)), "x", options);

    private static string Message(string text) => Assert.Throws<InvalidDataException>(() => Read(text)).Message;
}
