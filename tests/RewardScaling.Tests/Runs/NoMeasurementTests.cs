using System.Text;
using RewardScaling.Runs;

namespace RewardScaling.Tests.Runs;

/// <summary>Cells that are read as numbers and are none that anybody measured: each is a fault of its line and column.</summary>
public sealed class NoMeasurementTests
{
    private const string Header = "step,kl_per_sequence,proxy,gold\n";

    private static string Fault(string text) => Assert.Throws<InvalidDataException>(() => RunLog.From(RunTable.Parse(text, "run"))).Message;

    [Theory]
    [InlineData("1,1,1,1\n2,2,2,1e154\n", "run, line 3: column 'gold': 1E+154 is of no size that anybody measures")]
    [InlineData("1,1,1,1\n2,2,-1e200,1\n", "run, line 3: column 'proxy': -1E+200")]
    [InlineData("1,1e-320,1,1\n2,2,2,1\n", "run, line 2: column 'kl_per_sequence': 1E-320")]
    [InlineData("-5,1,1,1\n2,2,2,1\n", "run, line 2: column 'step': -5 is no step: steps are counted from 0")]
    public void It_is_named_with_its_line(string rows, string message) => Assert.StartsWith(message, Fault(Header + rows), StringComparison.Ordinal);

    [Fact]
    public void A_mean_times_a_length_that_overflows_is_a_fault_of_its_line() =>
        Assert.StartsWith("run, line 3: column 'kl_per_token': 1E+200 is of no size", Fault("step,kl_per_token,response_length,proxy,gold\n1,1,10,1,1\n2,1e200,1e200,2,1\n"), StringComparison.Ordinal);

    [Fact]
    public void A_score_of_a_sample_too() => Assert.StartsWith("samples, line 3: column 'gold': 1E+154 is of no size",
        Assert.Throws<InvalidDataException>(() => ScoredSamples.From(RunTable.Parse("prompt,proxy,gold\na,1,1\na,2,1e154\n", "samples"))).Message, StringComparison.Ordinal);

    // Found by break readers, input 8131 of RescoredSamples: the square of a proxy's score is no number.
    [Fact]
    public void A_score_of_a_rollout_too()
    {
        const string Text = "{\"prompt\":\"a\",\"step\":1,\"policy_logprobs\":[-1],\"reference_logprobs\":[-1.5],\"proxy\":1,\"gold\":1}\n{\"prompt\":\"a\",\"step\":1,\"policy_logprobs\":[-1],\"reference_logprobs\":[-1.5],\"proxy\":1e200,\"gold\":1}\n{\"prompt\":\"a\",\"step\":2,\"policy_logprobs\":[-1],\"reference_logprobs\":[-1.5],\"proxy\":2,\"gold\":1}\n";
        RunTable table = RunTable.Parse(Text, "rollouts");
        foreach (Action read in (Action[])[() => RescoredSamples.From(table), () => StepRollouts.From(table)])
            Assert.StartsWith("rollouts, line 2: column 'proxy': 1E+200 is of no size", Assert.Throws<InvalidDataException>(read).Message, StringComparison.Ordinal);
    }

    // .NET passes over zeros at the end of a number.
    [Fact]
    public void A_number_with_a_zero_byte_is_no_number()
    {
        RunTable table = RunTable.Read(static () => new MemoryStream("{\"step\": 1, \"kl\": \"2\\u0000\"}\n{\"step\": 2, \"kl\": \"2\"}\n"u8.ToArray()), "run");
        Assert.Throws<InvalidDataException>(() => table.Number(0, "kl"));
        Assert.Equal(2, table.Number(1, "kl"));
    }

    [Theory]
    [InlineData("\r")]
    [InlineData("\r\n")]
    public void Lines_end_as_they_do_elsewhere(string end) =>
        Assert.Equal(0.5, RunTable.Read(() => new MemoryStream(Encoding.UTF8.GetBytes($"step,kl{end}1,0.25{end}2,0.5{end}")), "run").Number(1, "kl"));

    // A megabyte of digits is a number, and no message.
    [Fact]
    public void A_long_value_is_cut()
    {
        string message = Fault(Header + "1,1,1," + new string('9', 1_000_000) + "\n");
        Assert.StartsWith("run, line 2: column 'gold': 9999", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 60, 400);
        Assert.InRange(Fault(Header + "1,1,1,1\n2,2,2,1" + new string('x', 100_000) + "\n").Length, 60, 400);
        Assert.InRange(Fault("a," + new string('k', 100_000) + "\n1,2\n").Length, 60, 4000);
    }

    [Fact]
    public void A_k3_far_away_is_said_to_be_too_low() => Assert.Contains("it is usually too low, by many of its standard errors",
        string.Join(' ', RunLog.From(RunTable.Parse(Header + "1,1,1,1\n2,2,2,1\n", "run"), kl: KlLogging.PerSequence("k3")).Warnings), StringComparison.Ordinal);
}
