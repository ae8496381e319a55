using Parquet.Serialization;
using RewardScaling.RewardModels;
using RewardScaling.Runs;
using RewardScaling.Tests;

namespace RewardScaling.Parquet.Tests;

/// <summary>Rollouts and preferences as Parquet.</summary>
public sealed class ParquetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // As TRL writes completions: a column for each reward function.
    private sealed class Completion
    {
        public long step { get; set; }

        public string? prompt { get; set; }

        public double? gold { get; set; }

        public float proxy { get; set; }

        public List<double>? logps { get; set; }

        public bool done { get; set; }
    }

    private sealed class Turn
    {
        public string? role { get; set; }

        public string? content { get; set; }
    }

    private sealed class Pair
    {
        public List<Turn>? chosen { get; set; }

        public List<Turn>? rejected { get; set; }
    }

    [Fact]
    public async Task Rows_come_out_of_every_row_group()
    {
        Completion[] rows = [.. Enumerable.Range(0, 10).Select(static i => new Completion
        {
            step = 10, prompt = $"p{i / 2}", gold = i == 3 ? null : i / 10.0, proxy = i == 4 ? float.NaN : i + 0.5f, logps = [-i, -0.5], done = i % 2 == 0,
        })];
        string path = _folder.File("completions_00010.parquet");
        await ParquetSerializer.SerializeAsync(rows, path, new() { RowGroupSize = 4 }, cancellationToken: TestContext.Current.CancellationToken);
        RunTable table = ParquetTable.Read(path);
        Assert.Equal(10, table.RowCount);
        Assert.Equal(rows.Where(static row => row.gold is not null).Select(static row => row.gold!.Value), Enumerable.Range(0, 10).Where(row => !table.IsMissing(row, "gold")).Select(row => table.Number(row, "gold")));
        Assert.True(table.IsMissing(3, "gold") && table.IsNonFinite(4, "proxy"));
        Assert.Equal(("p4", 9.5, 10, 0), (table.Text(9, "prompt"), table.Number(9, "proxy"), table.Number(9, "step"), table.Number(9, "done")));
        Assert.Contains("more than the", Assert.Throws<InvalidDataException>(() => ParquetTable.Read(path, new() { MaxBytes = 100 })).Message, StringComparison.Ordinal);
        Assert.Contains("RewardScaling.Parquet", Assert.Throws<InvalidDataException>(() => RunTable.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Conversations_become_preferences()
    {
        Turn question = new() { role = "user", content = "q" };
        Pair[] rows = [new() { chosen = [question, new() { role = "assistant", content = "good" }], rejected = [question, new() { role = "assistant", content = "bad" }] }];
        string path = _folder.File("pairs.parquet");
        await ParquetSerializer.SerializeAsync(rows, path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(new Preference("q", "good", "bad"), Assert.Single(ParquetPreferences.Read(path)));
    }

    [Fact]
    public async Task Damage_is_a_fault_that_names_the_file()
    {
        string path = _folder.File("x.parquet");
        await ParquetSerializer.SerializeAsync(Enumerable.Range(0, 100).Select(static i => new Completion { step = i, prompt = "p" }), path, cancellationToken: TestContext.Current.CancellationToken);
        byte[] good = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        var damage = new Random(7);
        int refused = 0;
        for (int i = 0; i < 200; i++)
        {
            byte[] bad = i % 4 == 0 ? good[..damage.Next(8, good.Length)] : [.. good];
            bad[damage.Next(4, bad.Length)] ^= (byte)(1 << damage.Next(8));
            await File.WriteAllBytesAsync(path, bad, TestContext.Current.CancellationToken);
            try
            {
                ParquetTable.Read(path);
            }
            catch (InvalidDataException fault)
            {
                Assert.StartsWith(path, fault.Message, StringComparison.Ordinal);
                refused++;
            }
        }
        Assert.InRange(refused, 50, 200);
        await File.WriteAllTextAsync(path, "kl\n1\n", TestContext.Current.CancellationToken);
        Assert.Contains("is no Parquet file", Assert.Throws<InvalidDataException>(() => ParquetTable.Read(path)).Message, StringComparison.Ordinal);
    }
}
