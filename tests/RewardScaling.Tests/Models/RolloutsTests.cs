using RewardScaling.Models;

namespace RewardScaling.Tests.Models;

public sealed class RolloutsTests
{
    [Fact]
    public void What_is_missing_is_named_where_it_is_given()
    {
        var batch = new TokenBatch([new(new[] { 1, 2 }, 1)]);
        Assert.Equal("tokens", Assert.Throws<ArgumentNullException>(static () => new Rollouts(null!, new ByteTokenizer())).ParamName);
        Assert.Equal("tokenizer", Assert.Throws<ArgumentNullException>(() => new Rollouts(batch, null!)).ParamName);
    }
}
