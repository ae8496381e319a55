using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Json;
using Parquet;
using Parquet.Serialization;
using RewardScaling.Runs;

namespace RewardScaling.Parquet;

/// <summary>The rows of a Parquet file as JSON lines, a row group at a time.</summary>
internal static class ParquetRows
{
    private static readonly ParquetOptions s_options = new() { TreatByteArrayAsString = true };

    /// <summary>Opens a file as often as it is asked.</summary>
    public static Func<Stream> Source(string path, RunReadOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options.Validate();
        if (Directory.Exists(path)) throw new InvalidDataException($"{path} is a folder; name one file of it.");
        if (!File.Exists(path)) throw new FileNotFoundException($"The file {path} does not exist.", path);
        long length = new FileInfo(path).Length;
        if (length > options.MaxBytes)
            throw new InvalidDataException(FormattableString.Invariant($"{path} has {length} bytes, more than the {options.MaxBytes} that are read; raise RunReadOptions.MaxBytes (--max-mb on the command line), or keep only the columns that are needed."));
        if (!ParquetTable.Is(path)) throw new InvalidDataException($"{path} is no Parquet file; read it with RunTable or PreferenceFile.");
        return () => new ChunkStream(Chunks(path).GetEnumerator());
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Chunks(string path)
    {
        int groups = Guarded(path, () =>
        {
            using FileStream file = File.OpenRead(path);
            ParquetReader reader = ParquetReader.CreateAsync(file, s_options).GetAwaiter().GetResult();
            int count = reader.RowGroupCount;
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
            return count;
        });
        for (int group = 0; group < groups; group++)
        {
            int at = group;
            yield return Guarded(path, () => Group(path, at));
        }
    }

    private static ReadOnlyMemory<byte> Group(string path, int group)
    {
        using FileStream file = File.OpenRead(path);
        var rows = ParquetSerializer.DeserializeUntypedAsync(file, s_options, group).GetAwaiter().GetResult();
        var buffer = new ArrayBufferWriter<byte>();
        foreach (Dictionary<string, object> row in rows.Data)
        {
            using (var writer = new Utf8JsonWriter(buffer)) Write(writer, row);
            buffer.Write("\n"u8);
        }
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string text: writer.WriteStringValue(text); break;
            case bool truth: writer.WriteBooleanValue(truth); break;
            case double number when double.IsFinite(number): writer.WriteNumberValue(number); break;
            case float number when float.IsFinite(number): writer.WriteNumberValue((double)number); break;
            case double or float:
                writer.WriteStringValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                break;
            case byte or sbyte or short or ushort or int or uint or long:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number: writer.WriteNumberValue(number); break;
            case decimal number: writer.WriteNumberValue(number); break;
            case byte[] bytes: writer.WriteBase64StringValue(bytes); break;
            case IDictionary dictionary:
                writer.WriteStartObject();
                foreach (DictionaryEntry entry in dictionary)
                {
                    writer.WritePropertyName(Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "");
                    Write(writer, entry.Value);
                }
                writer.WriteEndObject();
                break;
            case IEnumerable list:
                writer.WriteStartArray();
                foreach (object? item in list) Write(writer, item);
                writer.WriteEndArray();
                break;
            default: writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }

    // What the package throws at damaged files is of many kinds.
    private static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is not (OutOfMemoryException or UnauthorizedAccessException))
        {
            throw new InvalidDataException($"{path} is a Parquet file that cannot be read ({fault.Message.TrimEnd('.')}); copy it again, or save it as CSV or JSON lines.", fault);
        }
    }
}
