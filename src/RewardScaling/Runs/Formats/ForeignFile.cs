using System.Text;

namespace RewardScaling.Runs.Formats;

/// <summary>Says what a file is that no rows can be read of, by its first bytes, and how to get at what it holds.</summary>
internal static class ForeignFile
{
    private static readonly (byte[] Magic, int At, string What)[] s_kinds =
    [
        ("PAR1"u8.ToArray(), 0, "a Parquet file; read it with ParquetTable or ParquetPreferences of the package RewardScaling.Parquet, or save it as CSV or JSON lines"),
        (":W&B"u8.ToArray(), 0, "Weights & Biases' own log; export the history (wandb.Api().run(..).scan_history(), or the chart's CSV export), or name the run's files/output.log"),
        (":SWL"u8.ToArray(), 0, "SwanLab's own log; export the charts as CSV"),
        ("SQLite format 3\0"u8.ToArray(), 0, "an SQLite database, as MLflow and trackio keep; export the metrics to CSV or JSON (trackio get metric --json, or sqlite3 -csv -header FILE 'select * from metrics')"),
        ("version https://git-lfs.github.com/spec/"u8.ToArray(), 0, "a pointer of git-lfs and not the file itself; run git lfs pull"),
        ("/annex/objects/"u8.ToArray(), 0, "a pointer of git-annex and not the file itself; run git annex get"),
        ([0, 5, 0x16, 7], 0, "the AppleDouble companion that macOS leaves beside a file; name the file itself, without the leading ._"),
        ([0, 5, 0x16, 0], 0, "the AppleSingle container of macOS; name the file itself"),
        ([0x89, .. "PNG"u8], 0, "a PNG picture; name the table it was drawn from"),
        ([0xff, 0xd8, 0xff], 0, "a JPEG picture; name the table it was drawn from"),
        ("GIF8"u8.ToArray(), 0, "a GIF picture; name the table it was drawn from"),
        ("%PDF"u8.ToArray(), 0, "a PDF document; name the table it was made from"),
        ([0x89, .. "HDF"u8], 0, "an HDF5 file; save the table as CSV"),
        ("ARROW1"u8.ToArray(), 0, "an Arrow file; save it as CSV or JSON lines (datasets: to_json)"),
        ([0xff, 0xff, 0xff, 0xff], 0, "an Arrow stream; save it as CSV or JSON lines (datasets: to_json)"),
        ([0x28, 0xb5, 0x2f, 0xfd], 0, "packed by zstd; unpack it (zstd -d)"),
        ("BZh"u8.ToArray(), 0, "packed by bzip2; unpack it (bzip2 -d)"),
        ([0xfd, .. "7zXZ"u8], 0, "packed by xz; unpack it (xz -d)"),
        ([.. "7z"u8, 0xbc, 0xaf], 0, "a 7z archive; unpack it and name one file of it"),
        ("ustar"u8.ToArray(), 257, "a tar archive; unpack it (tar xf) and name one file of it"),
        ("GGUF"u8.ToArray(), 0, "a model (GGUF), not a table of metrics"),
        ([0x7f, .. "ELF"u8], 0, "a program, not a table of metrics"),
        ([0xd0, 0xcf, 0x11, 0xe0], 0, "an old Office document; save the sheet as CSV"),
        ("<!DOCTYPE"u8.ToArray(), 0, "a web page; download the file itself (on GitHub: Raw)"),
        ("<!doctype"u8.ToArray(), 0, "a web page; download the file itself (on GitHub: Raw)"),
        ("<html"u8.ToArray(), 0, "a web page; download the file itself (on GitHub: Raw)"),
        ("<?xml"u8.ToArray(), 0, "an XML document; save the table as CSV"),
    ];

    /// <summary>What the file is and what to do; null for what may be read.</summary>
    /// <param name="head">The first bytes, unpacked.</param>
    /// <param name="name">The file's name.</param>
    public static string? Describe(ReadOnlySpan<byte> head, string name)
    {
        if (head is [0x50, 0x4b, 3, 4, ..]) return Zip(head);
        if (head is [0x80, 2 or 3 or 4 or 5, ..]) return "a Python pickle (.pkl, .pt, .bin), which is a program to run, not a table; save the metrics as CSV or JSON";
        foreach (var (magic, at, what) in s_kinds)
            if (head.Length >= at + magic.Length && head.Slice(at, magic.Length).SequenceEqual(magic)) return what;
        if (head.Length > 9 && head[8..10].SequenceEqual("{\""u8) && head[4..8].IndexOfAnyExcept((byte)0) < 0 && !name.EndsWith(".npy", StringComparison.OrdinalIgnoreCase))
            return "a model's weights (safetensors), not a table of metrics";
        if (IsNotebook(head)) return "a Jupyter notebook; save the output of the cell that printed the metrics as a text file";
        return null;
    }

    private static string Zip(ReadOnlySpan<byte> head)
    {
        string entries = Encoding.Latin1.GetString(head[..Math.Min(head.Length, 4096)]);
        return entries.Contains("data.pkl", StringComparison.Ordinal) ? "a model or tensors of PyTorch; save the metrics as CSV or JSON"
            : entries.Contains("[Content_Types].xml", StringComparison.Ordinal) || entries.Contains("xl/", StringComparison.Ordinal) ? "an Excel workbook; save the sheet as CSV"
            : entries.Contains(".npy", StringComparison.Ordinal) ? "an archive of NumPy arrays (.npz); unpack it (unzip) and name one .npy file of it"
            : "a zip archive; unpack it and name one file of it";
    }

    // Colab writes the version of the format first, and its metadata may be longer than what is looked at here.
    private static bool IsNotebook(ReadOnlySpan<byte> head) => head.TrimStart(" \t\r\n"u8) is [(byte)'{', ..]
        && (head.IndexOf("\"nbformat_minor\""u8) >= 0 || (head.IndexOf("\"cell_type\""u8) >= 0 && head.IndexOf("\"cells\""u8) >= 0));
}
