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
    [InlineData("""{"system": "Be kind.", "question": "q", "chosen": "good", "rejected": "bad"}""", "Be kind.\n\nq", 1)]
    [InlineData("""{"system_prompt": "Be kind.", "prompt": "q", "response_a": "good", "response_b": "bad", "winner": "a"}""", "Be kind.\n\nq", 1)]
    [InlineData("""{"system": "Be kind.", "chosen": """ + Turns + """, "rejected": """ + Others + "}", "Be kind.\n\nq", 1)]
    [InlineData("""{"system": "", "question": "q", "chosen": "good", "rejected": "bad"}""", "q", 0)]
    [InlineData("""{"system": null, "question": "q", "chosen": "good", "rejected": "bad"}""", "q", 0)]
    public void The_text_that_both_responses_were_written_under_belongs_to_the_prompt(string text, string prompt, int notes)
    {
        var read = Read(text);
        Assert.Equal(new(prompt, "good", "bad"), read[0]);
        Assert.Equal(notes, read.Notes.Count);
    }

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
    [InlineData("""{"conversation_input": [{"role": "user", "content": "q"}], "chosen": {"llm_name": "a", "answer": "good"}, "reject": {"llm_name": "b", "answer": "bad"}}""")]
    [InlineData("""{"conversation_input": [{"role": "user", "content": "q"}], "bon_best": {"llm_name": "a", "answer": "good"}, "loser_list": [{"llm_name": "b", "answer": "bad"}, {"answer": "bad"}]}""")]
    [InlineData("""{"text_chosen": """ + Turns + """, "text_rejected": """ + Others + "}")]
    [InlineData("""{"input": {"messages": [{"role": "user", "content": "q"}], "tools": []}, "preferred_output": [{"role": "assistant", "content": "good"}], "non_preferred_output": [{"role": "assistant", "content": "bad"}]}""")]
    [InlineData("""{"history": "q", "human_ref_A": "bad", "human_ref_B": "good", "labels": 0, "score_A": 1, "score_B": 7}""")]
    [InlineData("""{"question": {"dataset": "x", "full_text": "q"}, "answer_0": "good", "score_0": 0.5, "answer_1": "bad", "score_1": -0.5}""")]
    [InlineData("""{"info": {"id": "t3", "post": "q"}, "summaries": [{"text": "bad", "policy": "sup"}, {"text": "good"}], "choice": 1}""")]
    [InlineData("""{"instruction": "q", "completions": [{"response": "bad", "overall_score": 7.5}, {"response": "good", "overall_score": 8}]}""")]
    [InlineData("""{"winner": "model_a", "conversation_a": """ + Turns + """, "conversation_b": """ + Others + "}")]
    [InlineData("""{"question": "q", "response_j": "good", "response_k": "bad"}""")]
    [InlineData("""{"instruction": "q", "output_1": "good", "output_2": "bad", "preference": 1.27}""")]
    [InlineData("{\"prompt\": \"q\", \"response\": \"bad\", \"score\": 1}\n{\"prompt\": \"other\", \"response\": \"x\", \"score\": 1}\n{\"prompt\": \"q\", \"response\": \"good\", \"score\": 2.5}\n")]
    [InlineData("id,prompt,response_a,response_b,winner_model_a,winner_model_b,winner_tie\n1,\"[\"\"q\"\"]\",\"[\"\"bad\"\"]\",\"[\"\"good\"\"]\",0,1,0\n")]
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
    public void Responses_on_rows_of_their_own_are_compared_by_prompt_once_their_ranks_have_a_direction()
    {
        const string Text = "{\"prompt\": \"q\", \"response\": \"good\", \"rank\": 1}\n{\"prompt\": \"q\", \"response\": \"bad\", \"rank\": 2}\n";
        Assert.Contains("nothing says whether 1 is the best or the worst", Assert.Throws<InvalidDataException>(() => Read(Text)).Message, StringComparison.Ordinal);
        Assert.Equal(new("q", "good", "bad"), Assert.Single(Read(Text, new() { Ranks = RankOrder.LowerIsBetter })));
        Assert.Equal(new("q", "bad", "good"), Assert.Single(Read(Text, new() { Ranks = RankOrder.HigherIsBetter })));
        Assert.Contains("no prompt comes twice", Assert.Throws<InvalidDataException>(() =>
            Read("{\"prompt\": \"q\", \"response\": \"a\", \"score\": 1}\n{\"prompt\": \"p\", \"response\": \"b\", \"score\": 2}\n")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1.5")]
    public void A_draw_of_AlpacaEval_is_a_tie(string preference) => Assert.Equal(0.5, Assert.Single(Read(
        $$"""{"instruction": "q", "output_1": "a", "output_2": "b", "preference": {{preference}}}""", new() { Ties = PreferenceTies.Half })).Probability);

    [Fact]
    public void An_answer_that_is_a_list_stays_what_it_is() => Assert.Equal(new("q", "[\"a\",\"b\"]", "[\"c\"]"),
        Assert.Single(Read("""{"prompt": "q", "chosen": "[\"a\",\"b\"]", "rejected": "[\"c\"]"}""")));

    [Fact]
    public void Turns_in_a_list_of_texts_are_asked_for_as_a_conversation() => Assert.Contains("holds 2 turns in a list", Assert.Throws<InvalidDataException>(() =>
        Read("""{"prompt": "[\"a\",\"b\"]", "response_a": "x", "response_b": "y", "winner_model_a": 1, "winner_model_b": 0}""")).Message, StringComparison.Ordinal);

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
    [InlineData("""{"prompt": "q", "response": "a", "rank": 1}""", "ranks the responses, and nothing says")]
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
