using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using RewardScaling.Runs;
using RewardScaling.Runs.Formats;

namespace RewardScaling.Tests.Runs;

/// <summary>Event files, arrays of NumPy, packed files, and files that are something else.</summary>
public sealed class BinaryFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_checksum_is_TensorBoards()
    {
        // How an event file begins that torch's SummaryWriter wrote: a record of 72 bytes, and the masked checksum of that length.
        // The check value of CRC-32C is e3069283 for "123456789".
        Assert.Equal(0xe3069283u, EventFiles.Crc("123456789"u8));
        byte[] file = [0x48, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0x92, 0x48, 0x9d];
        Assert.True(EventFile.Is(file));
        file[0] ^= 1;
        Assert.False(EventFile.Is(file));
    }

    [Fact]
    public void Scalars_of_an_event_file_become_rows_by_step()
    {
        RunTable table = Read("events", EventFiles.Of(
            EventFiles.Version,
            EventFiles.Event(1, 10, EventFiles.Simple("kl", 0.5f)), EventFiles.Event(1.5, 10, EventFiles.Simple("gold", 0.25f)),
            EventFiles.Event(2, 20, EventFiles.Tensor("kl", 1, BitConverter.GetBytes(0.75f)), EventFiles.Tensor("gold", 2, BitConverter.GetBytes(0.125))),
            EventFiles.Event(3, 20, EventFiles.Tensor("gold", 9, BitConverter.GetBytes(3L)), EventFiles.Tensor("note", 7, "text"u8.ToArray()))));
        Assert.Equal((RunFileFormat.EventFile, 3, 1), (table.Format, table.RowCount, table.OtherLines));
        Assert.Equal([10, 20, 20], Enumerable.Range(0, 3).Select(row => table.Number(row, "step")));
        Assert.Equal([0.5, 0.75, 0.25, 0.125, 3], [table.Number(0, "kl"), table.Number(1, "kl"), table.Number(0, "gold"), table.Number(1, "gold"), table.Number(2, "gold")]);
        Assert.Equal(1, table.Number(0, "wall_time"));
        Assert.False(table.Has("note"));
    }

    [Fact]
    public void A_flipped_bit_of_an_event_file_is_named_and_a_cut_record_is_left_out()
    {
        byte[] good = EventFiles.Of(EventFiles.Version, EventFiles.Event(1, 10, EventFiles.Simple("kl", 0.5f)), EventFiles.Event(1, 20, EventFiles.Simple("kl", 0.75f)));
        for (int bit = 0; bit < 8 * good.Length; bit++)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            // The first twelve bytes are how an event file is known.
            Assert.Throws<InvalidDataException>(() => Read("events", bad));
        }
        RunTable cut = Read("events", good[..^3]);
        Assert.Equal((1, 0.5), (cut.RowCount, cut.Number(0, "kl")));
        Assert.Contains("cut off at byte", Assert.Single(cut.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Arrays_of_NumPy_are_columns_or_lists()
    {
        double[] numbers = [0.5, -1, 2, 3, 4, 5];
        byte[] data = [.. numbers.SelectMany(BitConverter.GetBytes)];
        Assert.Equal([0.5, -1], Enumerable.Range(0, 2).Select(row => Read("kl.npy", Numpy("'<f8'", "(6,)", data)).Number(row, "kl")));
        Assert.Equal([3, 4, 5], Read("kl.npy", Numpy("'<f8'", "(2, 3)", data)).Numbers(1, "kl"));
        RunTable named = Read("x.npy", Numpy("[('kl', '<f8'), ('n', '>i4')]", "(2,)", [.. BitConverter.GetBytes(0.5), 0, 0, 0, 7, .. BitConverter.GetBytes(0.25), 0xff, 0xff, 0xff, 0xff]));
        Assert.Equal([0.5, 0.25, 7, -1], [named.Number(0, "kl"), named.Number(1, "kl"), named.Number(0, "n"), named.Number(1, "n")]);
        Assert.Equal(1.5, Read("h.npy", Numpy("'<f2'", "(1,)", [0, 0x3e])).Number(0, "h"));
        Assert.Contains("Python objects", Message("o.npy", Numpy("'|O'", "(1,)", data)), StringComparison.Ordinal);
        Assert.Contains("3 dimensions", Message("o.npy", Numpy("'<f8'", "(1, 2, 3)", data)), StringComparison.Ordinal);
        Assert.Contains("the file ends too early", Message("o.npy", Numpy("'<f8'", "(7,)", data)), StringComparison.Ordinal);
        Assert.Contains("more follows", Message("o.npy", Numpy("'<f8'", "(5,)", data)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_gzip_packed_and_what_Windows_wrote_as_UTF_16_is_read()
    {
        byte[] text = Encoding.UTF8.GetBytes("step,kl\n1,0.5\n");
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(text);
        Assert.Equal(0.5, Read("x.csv.gz", packed.ToArray()).Number(0, "kl"));
        Assert.Equal(0.5, Read("x.csv", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("step,kl\r\n1,0.5\r\n")]).Number(0, "kl"));
        byte[] damaged = packed.ToArray();
        damaged[^10] ^= 0x55;
        Assert.Contains("damaged archive", Message("x.csv.gz", damaged), StringComparison.Ordinal);
    }

    [Fact]
    public void A_metric_of_MLflow_is_named_after_its_file()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "metrics", "train"));
        File.WriteAllText(_folder.File("metrics/train/kl"), "1700000000000 0.5 10\n1700000001000 nan 20\n");
        RunTable table = RunTable.Read(_folder.File("metrics/train/kl"));
        Assert.Equal((RunFileFormat.MetricFile, 10, 0.5), (table.Format, table.Number(0, "step"), table.Number(0, "train/kl")));
        Assert.True(table.IsNonFinite(1, "train/kl"));
    }

    [Theory]
    [InlineData("PAR1....", "RewardScaling.Parquet")]
    [InlineData(":W&B....", "export the history")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "git lfs pull")]
    [InlineData("\0\u0005\u0016\u0007....", "AppleDouble")]
    [InlineData("\u0089PNG....", "PNG")]
    [InlineData("SQLite format 3\0", "SQLite")]
    [InlineData("PK\u0003\u0004....archive/data.pkl", "PyTorch")]
    [InlineData("PK\u0003\u0004....arr_0.npy", ".npz")]
    [InlineData("\u0080\u0002}q.", "pickle")]
    [InlineData("\u0010\0\0\0\0\0\0\0{\"a\":1}", "safetensors")]
    [InlineData("<!DOCTYPE html>", "web page")]
    [InlineData("{\"cells\": [{\"cell_type\": \"code\"}]}", "notebook")]
    [InlineData("{\"nbformat\": 4, \"nbformat_minor\": 0, \"metadata\": {}, \"rows\": [{\"a\": 1}]}", "notebook")]
    [InlineData("(\u00b5/\u00fd", "zstd")]
    [InlineData("a,b\n1,\0\n", "bytes of 0")]
    public void What_is_something_else_is_named_with_the_way_out(string latin, string what)
    {
        string message = Message("x", Encoding.Latin1.GetBytes(latin));
        Assert.StartsWith(_folder.File("x") + " is ", message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_larger_than_allowed_is_refused_by_its_size_also_when_it_is_packed()
    {
        File.WriteAllText(_folder.File("large.csv"), "kl\n" + new string('1', 2000));
        var options = new RunReadOptions { MaxBytes = 1000 };
        Assert.Equal($"{_folder.File("large.csv")} is 2,003 bytes, more than the 1,000 bytes that are read; raise RunReadOptions.MaxBytes (--max-mb on the command line), or keep only the lines and columns that are needed.",
            Assert.Throws<InvalidDataException>(() => RunTable.Read(_folder.File("large.csv"), options)).Message);
        using (var gzip = new GZipStream(File.Create(_folder.File("bomb.gz")), CompressionLevel.Optimal)) gzip.Write(new byte[100_000].AsSpan());
        Assert.True(new FileInfo(_folder.File("bomb.gz")).Length < 1000);
        Assert.Contains("holds more when it is unpacked, more than the 1,000 bytes", Assert.Throws<InvalidDataException>(() => RunTable.Read(_folder.File("bomb.gz"), options)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => RunTable.Read(_folder.File("large.csv"), new() { MaxBytes = 0 }));
        Assert.Equal(1L << 29, new RunReadOptions().MaxBytes);
    }

    private static byte[] Numpy(string type, string shape, byte[] data)
    {
        string header = $"{{'descr': {type}, 'fortran_order': False, 'shape': {shape}, }}\n";
        byte[] length = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        return [0x93, .. "NUMPY"u8, 1, 0, .. length, .. Encoding.Latin1.GetBytes(header), .. data];
    }

    private RunTable Read(string name, byte[] bytes)
    {
        File.WriteAllBytes(_folder.File(name), bytes);
        return RunTable.Read(_folder.File(name));
    }

    private string Message(string name, byte[] bytes) => Assert.Throws<InvalidDataException>(() => Read(name, bytes)).Message;
}
