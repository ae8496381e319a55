using RewardScaling.Models;

namespace RewardScaling.Tests.Models;

public sealed class CallGateTests
{
    private int _released;

    [Fact]
    public void Calls_exclude_each_other_readers_do_not_and_changes_exclude_everybody()
    {
        var gate = new CallGate(typeof(IPolicy), Release);
        using (gate.Enter())
        {
            using (gate.Read())
            using (gate.Read())
            {
                Refused(() => gate.Enter());
                Refused(() => gate.Change());
            }
            Refused(() => gate.Change());
        }
        using (gate.Read()) Refused(() => gate.Change());
        using (gate.Change())
        {
            Refused(() => gate.Read());
            Refused(() => gate.Enter());
            Refused(() => gate.Change());
        }
        using (gate.Enter()) Assert.Equal(0, _released);
        gate.Close();
        Assert.Equal(1, _released);

        static void Refused(Func<IDisposable> begin) =>
            Assert.Contains("middle of another call", Assert.Throws<InvalidOperationException>(begin).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void The_last_one_inside_a_closed_gate_frees_the_model_once(int kind)
    {
        var gate = new CallGate(typeof(IPolicy), Release);
        IDisposable call = kind switch { 0 => gate.Enter(), 1 => gate.Read(), _ => gate.Change() };
        IDisposable? beside = kind == 0 ? gate.Read() : null;
        gate.Close();
        gate.Close();
        foreach (Func<IDisposable> begin in new Func<IDisposable>[] { gate.Enter, gate.Read, gate.Change })
            Assert.Contains(nameof(IPolicy), Assert.Throws<ObjectDisposedException>(begin).Message, StringComparison.Ordinal);
        Assert.Equal(0, _released);
        call.Dispose();
        Assert.Equal(beside is null ? 1 : 0, _released);
        beside?.Dispose();
        Assert.Equal(1, _released);
        gate.Close();
        Assert.Equal(1, _released);
    }

    private void Release() => _released++;
}
