using RewardScaling.Models;
using RewardScaling.Numerics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>What is made of a module's output: the heads of a policy or a reward model.</summary>
internal abstract class ModuleHeads
{
    /// <summary>Parameters of its own, or null.</summary>
    public virtual nn.Module? Module => null;

    /// <summary>The module's output for some tokens.</summary>
    public abstract long[] Shape(long sequences, long length);

    /// <summary>One tensor [rows, outputs] for each head.</summary>
    /// <param name="output">What the module gave, in float32.</param>
    /// <param name="select">From [sequences, length, width] to [rows, width].</param>
    public abstract Tensor[] Read(Tensor output, Func<Tensor, Tensor> select);

    /// <summary>The same for another module of the kind.</summary>
    public abstract ModuleHeads Another(Tensor output);

    /// <summary>Faults an output that cannot be read.</summary>
    protected static ArgumentException Unreadable(Tensor output, string expected) => new(
        $"The module gives [{string.Join(", ", output.shape)}] for tokens [1, 1]; it must give {expected}.", nameof(output));
}

/// <summary>Logits, with the value behind them where there is one number more than tokens.</summary>
internal sealed class LogitHeads : ModuleHeads
{
    private readonly int _vocabulary;
    private readonly long _outputs;

    public LogitHeads(Tensor output, int vocabulary)
    {
        _vocabulary = vocabulary;
        if (output.dim() != 3 || output.shape[0] != 1 || output.shape[1] != 1
            || (output.shape[2] != vocabulary && output.shape[2] != vocabulary + 1))
            throw Unreadable(output, FormattableString.Invariant($"logits [1, 1, {vocabulary}], or [1, 1, {vocabulary + 1}] with the value last"));
        _outputs = output.shape[2];
    }

    public override long[] Shape(long sequences, long length) => [sequences, length, _outputs];

    public override Tensor[] Read(Tensor output, Func<Tensor, Tensor> select)
    {
        var rows = select(output);
        return _outputs == _vocabulary ? [rows] : [rows.narrow(1, 0, _vocabulary), rows.narrow(1, _vocabulary, 1)];
    }

    public override ModuleHeads Another(Tensor output) => new LogitHeads(output, _vocabulary);
}

/// <summary>Hidden states, read by a linear head of this library.</summary>
internal sealed class HiddenHeads : ModuleHeads
{
    private readonly Linear _head;
    private readonly long _width;

    /// <summary>A head whose first values are those of any reward model here.</summary>
    public HiddenHeads(Tensor output, RandomStream initialization)
        : this(output)
    {
        var weight = new NetworkParameter("reward_head.weight", ParameterKind.Head, 1, checked((int)_width));
        var value = new Initialization(initialization, 0, 0, 0).Values(weight);
        float[] values = [.. Enumerable.Range(0, weight.Columns).Select(i => (float)value(i))];
        _head.weight!.detach().copy_(tensor(values, [1, _width]));
        _head.bias!.detach().zero_();
    }

    private HiddenHeads(Tensor output)
    {
        if (output.dim() != 3 || output.shape[0] != 1 || output.shape[1] != 1)
            throw Unreadable(output, "scores [1] or [1, 1], or hidden states [1, 1, width]");
        _width = output.shape[2];
        _head = nn.Linear(_width, 1);
        _head.to(output.device);
    }

    public override nn.Module Module => _head;

    public override long[] Shape(long sequences, long length) => [sequences, length, _width];

    public override Tensor[] Read(Tensor output, Func<Tensor, Tensor> select) => [_head.call(select(output))];

    public override ModuleHeads Another(Tensor output) => new HiddenHeads(output);
}

/// <summary>A score for each sequence.</summary>
internal sealed class ScoreHeads : ModuleHeads
{
    private readonly bool _column;

    public ScoreHeads(Tensor output)
    {
        _column = output.dim() == 2;
        if (output.dim() is < 1 or > 2 || output.numel() != 1) throw Unreadable(output, "scores [1] or [1, 1], or hidden states [1, 1, width]");
    }

    public override long[] Shape(long sequences, long length) => _column ? [sequences, 1] : [sequences];

    public override Tensor[] Read(Tensor output, Func<Tensor, Tensor> select) => [output.view(-1, 1)];

    public override ModuleHeads Another(Tensor output) => new ScoreHeads(output);
}
