namespace RewardScaling.Cpu;

/// <summary>Rows of numbers and the gradient by them, laid out alike.</summary>
/// <param name="value">The numbers; may be null.</param>
/// <param name="gradient">The gradient.</param>
/// <param name="stride">From row to row, of both.</param>
internal readonly unsafe struct Pair<T>(T* value, T* gradient, int stride) where T : unmanaged
{
    public readonly T* Value = value, Gradient = gradient;
    public readonly int Stride = stride;
}
