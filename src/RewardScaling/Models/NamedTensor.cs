using System.ComponentModel;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// Numbers with a name and a shape: one parameter of a network, on its way to or from a <see cref="SafetensorsFile"/>.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class NamedTensor
{
    /// <summary>The most axes a tensor has.</summary>
    internal const int MaxRank = 8;

    private readonly int[] _shape;
    private readonly ReadOnlyMemory<float> _values;

    /// <summary>A tensor over numbers that are there already; they are not copied.</summary>
    /// <param name="name">The name; not empty.</param>
    /// <param name="shape">
    /// The length of each axis, at least 0, the last one running fastest; at most eight axes. No axis means one number.
    /// </param>
    /// <param name="values">The numbers, as many as the product of the shape; all finite.</param>
    /// <exception cref="ArgumentException">
    /// The name is empty, a length is negative, the count is wrong or a number is not finite.
    /// </exception>
    public NamedTensor(string name, ReadOnlySpan<int> shape, ReadOnlyMemory<float> values)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (shape.Length > MaxRank)
            throw new ArgumentException($"{name}: shape [{Join(shape)}] has more than {MaxRank} axes.", nameof(shape));
        long count = 1;
        foreach (int length in shape)
        {
            if (length < 0) throw new ArgumentException($"{name}: shape [{Join(shape)}] has a negative length.", nameof(shape));
            count *= length;
            if (count > Array.MaxLength)
                throw new ArgumentException($"{name}: shape [{Join(shape)}] holds more values than fit in memory.",
                    nameof(shape));
        }
        if (count != values.Length)
            throw new ArgumentException($"{name}: shape [{Join(shape)}] holds {count} values, but {values.Length} are given.",
                nameof(values));
        Guard.AllFinite(values.Span, name);
        (Name, _shape, _values) = (name, shape.ToArray(), values);
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The length of each axis; empty for a single number.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>The numbers, the last axis running fastest.</summary>
    public ReadOnlySpan<float> Values => _values.Span;

    /// <summary>The same numbers under another name.</summary>
    internal NamedTensor Renamed(string name) => new(name, _shape, _values);

    /// <summary>Name and shape, as "head.weight [256, 64]".</summary>
    public override string ToString() => $"{Name} [{Join(_shape)}]";

    private static string Join(ReadOnlySpan<int> shape) => string.Join(", ", shape.ToArray());
}
