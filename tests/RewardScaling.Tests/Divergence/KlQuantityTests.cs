using System.Globalization;
using Microsoft.Extensions.Configuration;
using RewardScaling.Divergence;
using RewardScaling.Ppo;

namespace RewardScaling.Tests.Divergence;

/// <summary>KL and its root as texts.</summary>
public sealed class KlQuantityTests
{
    [Theory]
    [InlineData("5", 5)]
    [InlineData(" 3.25 nats ", 3.25)]
    [InlineData("1e-3NATS", 1e-3)]
    [InlineData("0", 0)]
    public void A_divergence_is_read_with_its_unit_or_without(string text, double nats)
    {
        Assert.Equal(new KlNats(nats), KlNats.Parse(text));
        Assert.True(KlNats.TryParse(text, null, out var again));
        Assert.Equal(nats, again.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("five")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("5 bits")]
    public void What_is_none_is_refused_and_named(string text)
    {
        Assert.False(KlNats.TryParse(text, null, out _));
        Assert.False(KlDistance.TryParse(text, null, out _));
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => KlNats.Parse(text)).Message, StringComparison.Ordinal);
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => KlDistance.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1234.5678901234567)]
    [InlineData(5e-324)]
    public void What_is_written_with_all_digits_reads_back_the_same(double value)
    {
        var german = new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = "." };
        Assert.Equal(new KlNats(value), KlNats.Parse(new KlNats(value).ToString("R", null)));
        Assert.Equal(new KlDistance(value), KlDistance.Parse(new KlDistance(value).ToString("R", null)));
        Assert.Equal(new KlNats(value), KlNats.Parse(new KlNats(value).ToString("R", german), german));
    }

    [Fact]
    public void Options_bind_from_configuration_or_the_binder_throws()
    {
        Assert.Equal(5, Bind("Ppo:KlBudget", "5").KlBudget.Value);
        Assert.Equal(7.5, Bind("Ppo:KlBudget", "7.5 nats").KlBudget.Value);
        Assert.Equal(100, Bind("Ppo:Lambda", "0.9").KlBudget.Value);
        foreach (string wrong in new[] { "many", "-5", "NaN" })
        {
            var fault = Assert.Throws<InvalidOperationException>(() => Bind("Ppo:KlBudget", wrong));
            Assert.Contains("Ppo:KlBudget", fault.Message, StringComparison.Ordinal);
        }

        static PpoOptions Bind(string key, string value) => new ConfigurationBuilder()
            .AddInMemoryCollection([new KeyValuePair<string, string?>(key, value)]).Build().GetSection("Ppo").Get<PpoOptions>()!;
    }
}
