using System.Collections;

namespace RewardScaling.Runs.Tools;

/// <summary>A list whose items are made when they are asked for.</summary>
internal sealed class ListView<T>(int count, Func<int, T> at) : IReadOnlyList<T>
{
    public int Count => count;

    public T this[int index] => index >= 0 && index < count ? at(index)
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"index = {index} must be in [0, {count - 1}].");

    public IEnumerator<T> GetEnumerator() => Enumerable.Range(0, count).Select(at).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
