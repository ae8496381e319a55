using System.Globalization;
using RewardScaling.Numerics;

namespace RewardScaling.Runs.Formats;

/// <summary>A field of an array of NumPy.</summary>
/// <param name="Name">Its name; empty in a plain array.</param>
/// <param name="Type">NumPy's type: "f8", "i4", "u1", "b1".</param>
/// <param name="BigEndian">The order of its bytes.</param>
internal sealed record NumpyField(string Name, string Type, bool BigEndian)
{
    public int Size => Type[1] - '0';

    public double Value(ReadOnlySpan<byte> bytes)
    {
        ulong bits = 0;
        for (int i = 0; i < Size; i++) bits |= (ulong)bytes[BigEndian ? Size - 1 - i : i] << (8 * i);
        return Type switch
        {
            "f8" => BitConverter.UInt64BitsToDouble(bits),
            "f4" => BitConverter.UInt32BitsToSingle((uint)bits),
            "f2" => (double)BitConverter.UInt16BitsToHalf((ushort)bits),
            "i8" => (long)bits,
            "i4" => (int)bits,
            "i2" => (short)bits,
            "i1" => (sbyte)bits,
            _ => bits,
        };
    }
}

/// <summary>What the header of an array of NumPy says.</summary>
internal sealed record NumpyHeader(IReadOnlyList<NumpyField> Fields, long Rows, int Columns, int Dimensions)
{
    private static readonly string[] s_types = ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "b1"];

    /// <summary>Reads "{'descr': '&lt;f8', 'fortran_order': False, 'shape': (3, 4), }".</summary>
    public static NumpyHeader Parse(string text, string name)
    {
        string type = After(text, "'descr':", name), order = After(text, "'fortran_order':", name), shape = After(text, "'shape':", name);
        int open = shape.IndexOf('(', StringComparison.Ordinal), close = shape.IndexOf(')', StringComparison.Ordinal);
        if (open < 0 || close < open) throw NumpyFile.Fault(name, "its header has no shape");
        long[] sizes = [.. shape[(open + 1)..close].Split(',',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(size => long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long count) ? count
                : throw NumpyFile.Fault(name, $"its shape has {Excerpt.Of(size)}"))];
        if (sizes.Length is 0 or > 2) throw NumpyFile.Fault(name, FormattableString.Invariant($"it has {sizes.Length} dimensions, and a table has one or two"));
        if (sizes.Length == 2 && order.TrimStart().StartsWith("True", StringComparison.Ordinal)) throw NumpyFile.Fault(name, "it is stored by column (Fortran's order); save it by row, numpy.save(FILE, numpy.ascontiguousarray(array)), or give its columns names");
        type = type.TrimStart();
        List<NumpyField> fields = type.StartsWith('[')
            ? [.. Named(type[..(type.IndexOf(']', StringComparison.Ordinal) + 1)], name)]
            : [Field("", type.Split('\'') is [_, var plain, ..] ? plain : "", name)];
        if (fields.Count == 0 || (fields[0].Name.Length > 0 && sizes.Length > 1)) throw NumpyFile.Fault(name, "its fields are no columns");
        return new(fields, sizes[0], sizes.Length == 2
            && sizes[1] is > 0 and < int.MaxValue and var columns ? (int)columns : 1, sizes.Length);
    }

    private static string After(string text, string key, string name) =>
        text.IndexOf(key, StringComparison.Ordinal) is >= 0 and var at
        ? text[(at + key.Length)..] : throw NumpyFile.Fault(name, $"its header has no {key.TrimEnd(':')}");

    // [('kl', '<f8'), ('gold', '<f4')]
    private static IEnumerable<NumpyField> Named(string list, string name)
    {
        string[] parts = list.Split('\'');
        for (int i = 1; i + 2 < parts.Length; i += 4) yield return Field(parts[i], parts[i + 2], name);
    }

    private static NumpyField Field(string column, string type, string name)
    {
        string plain = type.TrimStart('<', '>', '|', '=');
        return Array.IndexOf(s_types, plain) >= 0 ? new(column, plain, type.StartsWith('>'))
            : throw NumpyFile.Fault(name, plain.StartsWith('O') ? "it holds Python objects" : $"its numbers are of type '{Excerpt.Of(type)}'");
    }
}
