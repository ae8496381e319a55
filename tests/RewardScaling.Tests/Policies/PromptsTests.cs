using RewardScaling.Models;
using RewardScaling.Policies;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.Policies;

/// <summary>Prompts as text.</summary>
public sealed class PromptsTests
{
    [Fact]
    public void A_file_has_a_prompt_on_each_line() => Assert.Equal(["a b", " c", "naïve 😀"], Read("a b\n\n c\r\na b\nnaïve 😀"));

    [Fact]
    public void Json_lines_have_a_prompt_in_a_field()
    {
        Assert.Equal(["a\nb", "c"], Read("{\"prompt\": \"a\\nb\", \"more\": [1]}\n\n{\"prompt\": \"c\"}\n{\"prompt\": \"c\"}\n"));
        Assert.Equal(["q"], Read("{\"question\": \"q\", \"prompt\": 1}", "question"));
    }

    [Theory]
    [InlineData("", "has no prompt; it needs one on each line, or JSON lines")]
    [InlineData("{\"prompt\": \"a\"}\nb", "line 2: this is not JSON")]
    [InlineData("{\"prompt\": \"a\"}\n[1]", "line 2: the line must be an object")]
    [InlineData("{\"text\": \"a\"}", "line 1: the field \"prompt\" is missing")]
    [InlineData("{\"prompt\": [{\"role\": \"user\"}]}", "line 1: the field \"prompt\" must be a text")]
    [InlineData("{\"prompt\": \"\"}", "line 1: the field \"prompt\" is empty")]
    [InlineData("{\"prompt\": \"\\ud800\"}", "line 1: the field \"prompt\" holds half of a surrogate pair")]
    public void A_fault_names_file_and_line(string text, string message)
    {
        string told = Assert.Throws<InvalidDataException>(() => Read(text)).Message;
        Assert.Contains(message, told, StringComparison.Ordinal);
        Assert.Contains("prompts.txt", told, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_file_is_a_fault()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("is a folder", Assert.Throws<InvalidDataException>(() => Prompts.Read(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Throws<FileNotFoundException>(() => Prompts.Read(folder.File("none"))).Message, StringComparison.Ordinal);
        File.WriteAllBytes(folder.File("latin1"), [0x61, 0x0A, 0xE9]);
        Assert.Contains("is not UTF-8", Assert.Throws<InvalidDataException>(() => Prompts.Read(folder.File("latin1"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_real_preference_file_s_prompts_are_those_of_its_preferences()
    {
        string path = SharedData.File("data/gsm8k-proxy-rl/preferences.jsonl");
        IReadOnlyList<string> prompts = Prompts.Read(path);
        Assert.Equal(Prompts.Of(PreferenceFile.Read(path)), prompts);
        Assert.InRange(prompts.Count, 2, 568);
    }

    [Fact]
    public void Prompts_keep_their_lengths()
    {
        var batch = Prompts.Encode(["a", "é b"], new ByteTokenizer(), 4);
        Assert.Equal([1, 4], batch.PromptLengths.ToArray());
        Assert.Equal(0, batch.TotalResponseTokens);
        string told = Assert.Throws<ArgumentException>(() => Prompts.Encode(["a", "1234\n5"], new ByteTokenizer(), 5)).Message;
        Assert.Contains("prompts[1] (\"1234⏎5\") has 6 tokens; there is room for 5", told, StringComparison.Ordinal);
        Assert.Contains("prompts[0] has no token", Assert.Throws<ArgumentException>(() => Prompts.Encode([""], new ByteTokenizer(), 5)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Prompts.Encode([], new ByteTokenizer(), 5));
    }

    private static IReadOnlyList<string> Read(string text, string field = "prompt")
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("prompts.txt"), text);
        return Prompts.Read(folder.File("prompts.txt"), field);
    }
}
