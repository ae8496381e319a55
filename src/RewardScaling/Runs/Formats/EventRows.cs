using System.Buffers.Binary;

namespace RewardScaling.Runs.Formats;

/// <summary>Makes rows of events: protocol buffers Event, Summary, Value and TensorProto, of which only scalars are
/// read.</summary>
internal sealed class EventRows(RunTableBuilder builder, string name)
{
    // Field numbers of tensorflow/core/util/event.proto, framework/summary.proto and framework/tensor.proto.
    private const int WallTime = 1, Step = 2, Summary = 5, Value = 1, Tag = 1, SimpleValue = 2, Tensor = 8;
    private const int Type = 1, Content = 4, Floats = 5, Doubles = 6, Ints = 7, Longs = 10, Bools = 11, Halves = 13;

    private char[] _tag = new char[64];
    private long _step = long.MinValue;

    /// <summary>How many values are no scalars.</summary>
    public int Others { get; private set; }

    /// <summary>Reads an event.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public void Add(ReadOnlySpan<byte> bytes, int record)
    {
        double time = 0;
        long step = 0;
        ReadOnlySpan<byte> summary = default;
        for (var fields = new ProtocolFields(bytes); fields.Next();)
        {
            if (fields.Number == WallTime && fields.IsFixed64) time = BitConverter.UInt64BitsToDouble(fields.Value);
            else if (fields.Number == Step && fields.IsVarint) step = (long)fields.Value;
            else if (fields.Number == Summary && fields.IsBytes) summary = fields.Bytes;
        }
        for (var values = new ProtocolFields(summary); values.Next();)
            if (values.Number == Value && values.IsBytes) Scalar(values.Bytes, step, time, record);
    }

    private void Scalar(ReadOnlySpan<byte> bytes, long step, double time, int record)
    {
        ReadOnlySpan<byte> tag = default, tensor = default;
        double value = 0;
        bool simple = false;
        for (var fields = new ProtocolFields(bytes); fields.Next();)
        {
            if (fields.Number == Tag && fields.IsBytes) tag = fields.Bytes;
            else if (fields.Number == SimpleValue && fields.IsFixed32) (value, simple) =
                (BitConverter.UInt32BitsToSingle((uint)fields.Value), true);
            else if (fields.Number == Tensor && fields.IsBytes) tensor = fields.Bytes;
        }
        if (tag.IsEmpty || (!simple && !TryTensor(tensor, out value)))
        {
            Others++;
            return;
        }
        if (tag.Length > _tag.Length) _tag = new char[2 * tag.Length];
        ReadOnlySpan<char> column = _tag.AsSpan(0, RunText.Strict.GetChars(tag, _tag));
        if (step != _step || builder.RowCount == 0 || builder.Has(column))
        {
            if (step < 0) throw new FormatException(FormattableString.Invariant($"step {step} in {name} is negative"));
            builder.Begin(record);
            builder.Add("step", step);
            builder.Add("wall_time", time);
            _step = step;
        }
        builder.Add(column, value);
    }

    // One number, in whichever of the ways a tensor is written.
    private static bool TryTensor(ReadOnlySpan<byte> tensor, out double value)
    {
        value = 0;
        int type = 0, count = 0;
        ReadOnlySpan<byte> content = default;
        for (var fields = new ProtocolFields(tensor); fields.Next();)
        {
            if (fields.Number == Type && fields.IsVarint) type = (int)fields.Value;
            else if (fields.Number == Content && fields.IsBytes) content = fields.Bytes;
            else if (fields.Number is Floats or Doubles or Ints or Longs or Bools or Halves)
            {
                count += fields.IsBytes ? Packed(fields.Number, fields.Bytes, out value) : 1;
                if (!fields.IsBytes) value = One(fields.Number, type, fields.Value);
                else if (fields.Number == Halves) value = One(Halves, type, (ulong)value);
            }
        }
        if (content.IsEmpty) return count == 1;
        (bool fits, value) = (type, content.Length) switch
        {
            (1, 4) => (true, BinaryPrimitives.ReadSingleLittleEndian(content)),
            (2, 8) => (true, BinaryPrimitives.ReadDoubleLittleEndian(content)),
            (3, 4) => (true, BinaryPrimitives.ReadInt32LittleEndian(content)),
            (9, 8) => (true, BinaryPrimitives.ReadInt64LittleEndian(content)),
            (10, 1) => (true, content[0]),
            (14 or 19, 2) => (true, One(Halves, type, BinaryPrimitives.ReadUInt16LittleEndian(content))),
            _ => (false, 0.0),
        };
        return fits;
    }

    private static int Packed(int number, ReadOnlySpan<byte> bytes, out double value)
    {
        value = 0;
        int size = number switch { Floats => 4, Doubles => 8, _ => 0 };
        if (size > 0)
        {
            if (bytes.Length == size) value = size == 4 ? BinaryPrimitives.ReadSingleLittleEndian(bytes)
                : BinaryPrimitives.ReadDoubleLittleEndian(bytes);
            return bytes.Length / size;
        }
        int count = 0;
        for (; !bytes.IsEmpty; count++) value = (long)ProtocolFields.Varint(ref bytes);
        return count;
    }

    private static double One(int number, int type, ulong value) => number switch
    {
        Floats => BitConverter.UInt32BitsToSingle((uint)value),
        Doubles => BitConverter.UInt64BitsToDouble(value),
        // bfloat16 is the upper half of a float.
        Halves => type == 14 ? BitConverter.UInt32BitsToSingle((uint)value << 16)
            : (double)BitConverter.UInt16BitsToHalf((ushort)value),
        _ => (long)value,
    };
}
