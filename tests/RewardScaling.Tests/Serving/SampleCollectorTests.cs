using System.IO.Compression;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;
using RewardScaling.Runs;
using RewardScaling.Serving;

namespace RewardScaling.Tests.Serving;

/// <summary>Samples that are collected: the file is the same whatever happened on the way.</summary>
public sealed class SampleCollectorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static SampleCollectorOptions Options { get; } = new() { Name = "toy", SamplesPerPrompt = 10, SamplesTogether = 4, PortionsAtOnce = 6 };

    [Fact]
    public async Task Every_sample_is_there_once_in_order_with_both_scores()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(ToyServer.Answer);
        List<CollectionProgress> told = [];
        SampleCollection all = await CollectAsync(server, folder.File("run"), Options, new Listener<CollectionProgress>(told.Add));
        Assert.Equal((0, 50), (all.Found, all.Asked));
        Assert.Equal(15, told.Count);
        Assert.Equal(50, told[^1].Done);
        Assert.Equal(TimeSpan.Zero, told[^1].Left);
        RunTable table = RunTable.Read(all.Path);
        Assert.Equal(Enumerable.Range(0, 50).Select(static i => (i / 10, i % 10)),
            Enumerable.Range(0, 50).Select(row => ((int)table.Number(row, "prompt_id"), (int)table.Number(row, "sample"))));
        for (int row = 0; row < 50; row++)
        {
            string prompt = table.Text(row, "prompt"), response = table.Text(row, "response");
            Assert.Equal(ToyServer.Score(prompt, response), table.Number(row, "proxy"));
            Assert.Equal(response.Length, table.Number(row, "gold"));
            Assert.Equal(table.Number(row, "proxy"), all.Prompts[row / 10].Proxy[row % 10]);
        }
        // What analyse does with the file.
        ScoredSamples read = ScoredSamples.Read(all.Path);
        Assert.Equal(all.Prompts.Select(static prompt => prompt.Gold.ToArray()), read.Prompts.Select(static prompt => prompt.Gold.ToArray()));
        Assert.False(RescoredSamples.Fits(table) || StepRollouts.Fits(table, new()) || RunLog.Fits(table, new()));
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task A_collection_cut_off_at_any_byte_goes_on_to_the_same_file_and_asks_for_no_more_than_is_missing(bool gzip)
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(ToyServer.Answer);
        SampleCollectorOptions options = Options with { Gzip = gzip };
        string expected = Text(await CollectAsync(server, folder.File("whole"), options));
        // In the order they came, which is not the file's: the last prompts first.
        string[] lines = expected.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string came = string.Concat(lines.Chunk(10).SelectMany(static prompt => prompt.Chunk(4)).Reverse().Select(static portion => string.Join('\n', portion) + "\n"));
        for (int k = 0; k < 12; k++)
        {
            int cut = RandomStream.FromSeed(5).Below((ulong)k, came.Length);
            string run = Directory.CreateDirectory(folder.File($"cut {k}")).FullName;
            File.Copy(Path.Combine(folder.File("whole"), "collection.json"), Path.Combine(run, "collection.json"));
            File.WriteAllText(Path.Combine(run, "samples.jsonl"), came[..cut]);
            int before = server.Requests;
            SampleCollection rest = await CollectAsync(server, run, options);
            Assert.Equal(expected, Text(rest));
            Assert.Equal(50, rest.Found + rest.Asked);
            // A request for the samples and one for their scores, of each portion that is missing.
            Assert.Equal(15 - came[..cut].Split('\n').SkipLast(1).Count(static line => line.Contains("\"sample\":3,", StringComparison.Ordinal) || line.Contains("\"sample\":7,", StringComparison.Ordinal) || line.Contains("\"sample\":9,", StringComparison.Ordinal)), (server.Requests - before) / 2);
            Assert.Equal(gzip, rest.Path.EndsWith(".gz", StringComparison.Ordinal));
        }
        int asked = server.Requests;
        SampleCollection again = await CollectAsync(server, folder.File("whole"), options);
        Assert.Equal((50, 0, asked), (again.Found, again.Asked, server.Requests));
    }

    // What analyse does with a file that grows: a last line that is not whole is left out, with a word.
    [Fact]
    public async Task A_file_that_grows_is_read()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(ToyServer.Answer);
        string text = Text(await CollectAsync(server, folder.File("run"), Options));
        File.WriteAllText(folder.File("growing.jsonl"), text[..(text.IndexOf("\"sample\":7,\"prompt\":\"prompt 3", StringComparison.Ordinal) + 30)]);
        ScoredSamples read = ScoredSamples.Read(folder.File("growing.jsonl"));
        Assert.Equal([10, 10, 10, 7], read.Prompts.Select(static prompt => prompt.SampleCount));
        Assert.Contains(read.Notes, static note => note.Contains("is cut off, as by a run that was stopped while it wrote; it is left out", StringComparison.Ordinal));
    }

    // Packed as it grows, as other tools do: what of it can be unpacked, with a word on the line where it ends.
    [Fact]
    public async Task A_packed_file_that_ends_early_is_read_as_far_as_it_goes()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(ToyServer.Answer);
        string text = Text(await CollectAsync(server, folder.File("run"), Options));
        using (var packed = new GZipStream(File.Create(folder.File("whole.gz")), CompressionLevel.Fastest)) packed.Write(System.Text.Encoding.UTF8.GetBytes(text));
        byte[] whole = File.ReadAllBytes(folder.File("whole.gz"));
        int read = 0;
        for (int length = whole.Length / 4; length < whole.Length - 8; length += whole.Length / 12)
        {
            File.WriteAllBytes(folder.File("growing.jsonl.gz"), whole[..length]);
            ScoredSamples samples = ScoredSamples.Read(folder.File("growing.jsonl.gz"));
            int rows = samples.Prompts.Sum(static prompt => prompt.SampleCount);
            Assert.InRange(rows, read, 50);
            Assert.Contains(samples.Notes, static note => note.Contains("is cut off, as by a run that was stopped while it wrote; it is left out", StringComparison.Ordinal));
            read = rows;
        }
        Assert.InRange(read, 30, 50);
    }

    [Fact]
    public async Task A_key_is_in_no_file_of_a_collection()
    {
        const string Key = "sk-of-a-collection";
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(ToyServer.Answer);
        using var connection = new ServerConnection(Asked.Options(server) with { Key = static _ => ValueTask.FromResult<string?>(Key) });
        using (var proxy = new CachedRewardModel(new ServedRewardModel(connection, new() { Contract = ScoringContract.VllmScore }), "toy", folder.File("scores")))
        {
            var collector = new SampleCollector(ServedPolicy.OfText(connection, Asked.Vllm), new ByteTokenizer(), Asked.Sampling, proxy,
                RewardModel.FromText(static text => text.Length), Options with { Name = $"{connection}" });
            await collector.CollectAsync(folder.File("run"), Prompts, RandomStream.FromSeed(2), cancellationToken: Token);
        }
        Assert.Equal("Bearer " + Key, server.Seen[0].Headers["Authorization"]);
        string[] files = Directory.GetFiles(folder.File(""), "*", SearchOption.AllDirectories);
        Assert.True(files.Length >= 3);
        Assert.All(files, static file => Assert.DoesNotContain(Key, File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_holds_one_collection()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(ToyServer.Answer);
        await CollectAsync(server, folder.File("run"), Options);
        var fault = await Assert.ThrowsAsync<IOException>(() => CollectAsync(server, folder.File("run"), Options with { Name = "other" }));
        Assert.Contains("name is \"toy\" there and \"other\" here", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"prompt_id\":0,\"sample\":0,\"proxy\":1,\"gold\":null}\n", "line 1: this is no sample")]
    [InlineData("{\"prompt_id\":9,\"sample\":0,\"proxy\":1,\"gold\":1}\n", "line 1: there is no sample 0 of prompt 9")]
    [InlineData("{\"prompt_id\":0,\"sample\":1,\"proxy\":1,\"gold\":1}\n", "line 1: sample 0 of prompt 0 must be here")]
    [InlineData("hello\n", "line 1: this is no sample")]
    public async Task A_file_that_is_no_collection_is_a_fault_with_its_line(string text, string what)
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(ToyServer.Answer);
        await CollectAsync(server, folder.File("run"), Options);
        File.WriteAllText(Path.Combine(folder.File("run"), "samples.jsonl"), text);
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => CollectAsync(server, folder.File("run"), Options));
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_score_that_is_none_leaves_nothing_half_counted()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(ToyServer.Answer);
        using var connection = new ServerConnection(Asked.Options(server));
        IRewardModel gold = RewardModel.FromText(static text => text.Length == 7 ? double.NaN : text.Length);
        var collector = new SampleCollector(ServedPolicy.OfText(connection, Asked.Vllm), new ByteTokenizer(), Asked.Sampling, gold: gold,
            proxy: RewardModel.FromText(static text => text.Length), options: Options with { PortionsAtOnce = 1 });
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => collector.CollectAsync(folder.File("run"), Prompts, RandomStream.FromSeed(2), cancellationToken: Token));
        Assert.Matches("gave prompt \\d+ \\(\"prompt \\d:\"\\), sample \\d, the score NaN", fault.Message);
        string[] lines = File.ReadAllLines(Path.Combine(folder.File("run"), "samples.jsonl"));
        Assert.DoesNotContain(lines, static line => line.Contains("\"gold\":7", StringComparison.Ordinal));
        Assert.Contains(lines.Length % 10, new[] { 0, 4, 8 });
    }

    private static TokenBatch Prompts { get; } = Asked.Prompts([.. Enumerable.Range(0, 5).Select(static i => $"prompt {i}:")]);

    private static async Task<SampleCollection> CollectAsync(LoopbackServer server, string folder, SampleCollectorOptions options, IProgress<CollectionProgress>? progress = null)
    {
        using var connection = new ServerConnection(Asked.Options(server));
        var proxy = new ServedRewardModel(connection, new() { Contract = ScoringContract.VllmScore });
        var collector = new SampleCollector(ServedPolicy.OfText(connection, Asked.Vllm), new ByteTokenizer(), Asked.Sampling, proxy,
            RewardModel.FromText(static text => text.Length), options);
        return await collector.CollectAsync(folder, Prompts, RandomStream.FromSeed(2), progress, Token);
    }

    private static string Text(SampleCollection collection)
    {
        using Stream file = File.OpenRead(collection.Path);
        using var reader = new StreamReader(collection.Path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
        return reader.ReadToEnd();
    }
}
