using System.Buffers.Binary;

namespace RewardScaling.Runs.Formats;

/// <summary>Goes through the fields of a message in protocol buffers' encoding.</summary>
internal ref struct ProtocolFields(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;
    private int _wire;

    /// <summary>The field's number.</summary>
    public int Number { get; private set; }

    /// <summary>The value of a field that is a number, as bits.</summary>
    public ulong Value { get; private set; }

    /// <summary>The bytes of a field that has a length.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    public readonly bool IsVarint => _wire == 0;

    public readonly bool IsFixed64 => _wire == 1;

    public readonly bool IsBytes => _wire == 2;

    public readonly bool IsFixed32 => _wire == 5;

    /// <summary>Goes to the next field.</summary>
    /// <exception cref="FormatException">The message is damaged.</exception>
    public bool Next()
    {
        if (_rest.IsEmpty) return false;
        ulong key = Varint(ref _rest);
        (Number, _wire) = (key >> 3 <= int.MaxValue ? (int)(key >> 3) : 0, (int)(key & 7));
        switch (_wire)
        {
            case 0: Value = Varint(ref _rest); break;
            case 1: Value = BinaryPrimitives.ReadUInt64LittleEndian(Take(8)); break;
            case 2:
                ulong length = Varint(ref _rest);
                Bytes = Take(length <= int.MaxValue ? (int)length : int.MaxValue);
                break;
            case 5: Value = BinaryPrimitives.ReadUInt32LittleEndian(Take(4)); break;
            default: throw new FormatException("a field has an unknown kind");
        }
        return true;
    }

    /// <summary>Reads a number of seven bits a byte.</summary>
    /// <exception cref="FormatException">It does not end.</exception>
    public static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int i = 0; i < 10 && i < bytes.Length; i++)
        {
            value |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] >= 0x80) continue;
            bytes = bytes[(i + 1)..];
            return value;
        }
        throw new FormatException("a number does not end");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length) throw new FormatException("a field is longer than its message");
        ReadOnlySpan<byte> taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
