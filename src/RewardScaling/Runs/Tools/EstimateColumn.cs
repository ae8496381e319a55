using RewardScaling.Numerics;
using RewardScaling.Runs.Formats;

namespace RewardScaling.Runs.Tools;

/// <summary>Numbers with or without an error, some missing: eight bytes each, sixteen where one has an error.</summary>
internal sealed class EstimateColumn
{
    private ChunkedList<double>? _values, _errors;

    /// <summary>How many places there are, missing ones too.</summary>
    public int Count { get; private set; }

    /// <summary>The number at a place; null where it is missing.</summary>
    public Estimate? this[int index] => Value(index) is var value && double.IsNaN(value) ? null
        : _errors is not null && !double.IsNaN(_errors[index]) ? new Estimate(value, _errors[index])
        : Estimate.WithoutError(value);

    public bool Has(int index) => !double.IsNaN(Value(index));

    /// <summary>The number alone; NaN where it is missing.</summary>
    public double Value(int index) => _values is null ? double.NaN : _values[index];

    public double? Number(int index) => Value(index) is var value && double.IsNaN(value) ? null : value;

    public void Add(Estimate? number)
    {
        if (number is { HasStandardError: true } && _errors is null) _errors = Missing(Count);
        _errors?.Add(number is { HasStandardError: true } known ? known.StandardError : double.NaN);
        Add(number?.Value);
    }

    public void Add(double? number)
    {
        if (number is not null) _values ??= Missing(Count);
        _values?.Add(number ?? double.NaN);
        Count++;
    }

    private static ChunkedList<double> Missing(int count)
    {
        var list = new ChunkedList<double>();
        for (int i = 0; i < count; i++) list.Add(double.NaN);
        return list;
    }
}
