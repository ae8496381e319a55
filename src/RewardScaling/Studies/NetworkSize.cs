using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>
/// How large a network of a study is; vocabulary and context come from the corpus and the lengths of prompt and response.
/// </summary>
/// <param name="Width">The width of the residual stream; a multiple of <paramref name="Heads"/>.</param>
/// <param name="Layers">The number of blocks.</param>
/// <param name="Heads">The number of attention heads.</param>
public sealed record NetworkSize(int Width, int Layers, int Heads)
{
    /// <summary>The shape of a network of this size.</summary>
    /// <param name="vocabulary">How many different tokens there are.</param>
    /// <param name="context">The longest sequence in tokens.</param>
    public TransformerShape Shape(int vocabulary, int context) =>
        new() { Vocabulary = vocabulary, Context = context, Width = Width, Layers = Layers, Heads = Heads };

    /// <summary>Width, layers and heads as the command line writes them: "48x2x4".</summary>
    public override string ToString() => FormattableString.Invariant($"{Width}x{Layers}x{Heads}");

    internal void Require(Faults faults, string name)
    {
        faults.Require(Width >= 1, $"{name}.{nameof(Width)}", Width, "at least 1");
        faults.Require(Layers >= 1, $"{name}.{nameof(Layers)}", Layers, "at least 1");
        faults.Require(Heads >= 1 && Width % Math.Max(1, Heads) == 0, $"{name}.{nameof(Heads)}", Heads, $"at least 1 and a divisor of the width {Width}");
    }
}
