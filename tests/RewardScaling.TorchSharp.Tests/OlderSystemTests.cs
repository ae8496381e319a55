using System.Diagnostics;
using RewardScaling.Numerics;
using RewardScaling.Tests;

namespace RewardScaling.TorchSharp.Tests;

/// <summary>What lets the engine start where libstdc++ is older than TorchSharp asks for. The file is the one in the package.</summary>
public sealed class OlderSystemTests
{
    private const string Library = "libLibTorchSharp.so", CacheOfThisProcess = "REWARDSCALING_TEST_CACHE";

    private static byte[] Original() =>
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", Library));

    // readelf -d
    [Fact]
    public void The_libraries_asked_for_are_those_that_readelf_lists() => Assert.Equal(
        ["libtorch.so", "libc10.so", "libtorch_cpu.so", "libstdc++.so.6", "libm.so.6", "libgcc_s.so.1", "libc.so.6", "ld-linux-x86-64.so.2"],
        new ElfImage(Original()).Libraries);

    // readelf -V, TorchSharp 0.107.0: the section begins at 0x3f8f0, the need of 3.4.32 lies 0x140 after that, its flags 4 further.
    [Fact]
    public void A_version_that_nothing_relies_on_is_marked_with_one_flag()
    {
        byte[] original = Original(), marked = Original();
        Assert.True(new ElfImage(marked).TryWeaken("GLIBCXX_3.4.32"));
        Assert.Equal([0x3f8f0 + 0x140 + 4], Enumerable.Range(0, original.Length).Where(i => original[i] != marked[i]));
        Assert.Equal((0, 2), (original[0x3fa34], marked[0x3fa34]));
    }

    // readelf -r: std::condition_variable::wait is GLIBCXX_3.4.30, memcpy GLIBC_2.14.
    [Theory]
    [InlineData("GLIBCXX_3.4.30")]
    [InlineData("GLIBC_2.14")]
    [InlineData("GLIBCXX_3.4.99")]
    public void A_version_that_is_called_or_not_asked_for_is_left_as_it_is(string version)
    {
        byte[] image = Original();
        Assert.False(new ElfImage(image).TryWeaken(version));
        Assert.Equal(Original(), image);
    }

    [Fact]
    public void A_file_that_is_broken_or_none_is_a_fault_and_no_crash()
    {
        Assert.Throws<InvalidDataException>(() => new ElfImage([]));
        Assert.Throws<InvalidDataException>(() => new ElfImage("MZ and so on, as on Windows"u8.ToArray()));
        byte[] whole = Original();
        var random = RandomStream.FromSeed(1);
        int faults = 0;
        for (int i = 0; i < 64; i++)
        {
            // The first 64 bytes are the header; what is read beyond lies in the first 300,000.
            byte[] broken = whole[..(64 + random.Below((ulong)i, 300_000))];
            if (i % 2 == 0) broken = whole[..];
            for (int j = 0; j < 8; j++) broken[6 + random.Fork(i).Below((ulong)j, 700)] ^= 0x55;
            try
            {
                new ElfImage(broken).TryWeaken("GLIBCXX_3.4.32");
            }
            catch (InvalidDataException)
            {
                faults++;
            }
        }
        Assert.InRange(faults, 32, 64);
    }

    [Fact]
    public async Task Many_who_want_the_same_copy_at_once_find_it_whole_and_a_damaged_one_is_replaced()
    {
        using var folder = new TemporaryFolder();
        byte[] content = new byte[1 << 20];
        for (int i = 0; i < content.Length; i++) content[i] = (byte)(i * 31);
        string[] paths = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() =>
        {
            string path = PrivateCopy.In(folder.File("cache"), "library", content);
            Assert.Equal(content, File.ReadAllBytes(path));
            return path;
        })));
        string only = Assert.Single(paths.Distinct());
        Assert.Equal([only], Directory.GetFiles(Path.GetDirectoryName(only)!));
        byte[] damaged = [.. content[..^1], (byte)~content[^1]];
        foreach (byte[] other in (byte[][])[damaged, content[..^1], []])
        {
            File.WriteAllBytes(only, other);
            Assert.Equal(only, PrivateCopy.In(folder.File("cache"), "library", content));
            Assert.Equal(content, File.ReadAllBytes(only));
        }
    }

    // On a system that is new enough this shows that nothing is written.
    [Fact]
    public async Task Processes_that_start_at_once_and_one_without_a_folder_to_write_to_all_make_an_engine()
    {
        _ = Engines.Torch();
        using var folder = new TemporaryFolder();
        string cache = folder.File("cache"), none = folder.File("file");
        File.WriteAllText(none, "where a folder should be");
        string original = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", Library);
        var before = File.GetLastWriteTimeUtc(original);
        string[] said = await Task.WhenAll(EngineAsync(cache), EngineAsync(cache), EngineAsync(none));
        Assert.All(said, static text => Assert.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", text, StringComparison.Ordinal));
        Assert.Equal(before, File.GetLastWriteTimeUtc(original));
        string[] copies = Directory.Exists(cache) ? Directory.GetFiles(cache, "*", SearchOption.AllDirectories) : [];
        Assert.True(copies.Length <= 1, string.Join(Environment.NewLine, copies));
        Assert.All(copies, static copy => Assert.Equal(Library, Path.GetFileName(copy)));
    }

    // Run by the test above in fresh processes, where the engines are the first: what was copied was said, and nothing else.
    [Fact]
    public void What_was_loaded_instead_is_said_to_the_first_who_listens_and_once()
    {
        _ = Engines.Torch();
        var log = new Log();
        for (int i = 0; i < 3; i++) _ = new TorchEngine("cpu", new() { Threads = 1 }, log);
        Assert.Empty(log.Warnings);
        Assert.True(log.Notes.Count <= 1, string.Join(Environment.NewLine, log.Notes));
        if (Environment.GetEnvironmentVariable(CacheOfThisProcess) is { } cache)
            Assert.Equal(Directory.Exists(cache), log.Notes is [var note] && note.Contains(cache, StringComparison.Ordinal));
    }

    // A test project is a program: here of one test, with a folder of its own for the cache.
    private static async Task<string> EngineAsync(string cache)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(OlderSystemTests).Assembly.Location, "-method",
            $"{typeof(OlderSystemTests).FullName}.{nameof(What_was_loaded_instead_is_said_to_the_first_who_listens_and_once)}", "-noColor"])
        {
            RedirectStandardOutput = true,
            Environment = { ["XDG_CACHE_HOME"] = cache },
        };
        if (!File.Exists(cache)) start.Environment[CacheOfThisProcess] = cache;
        using var process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output;
    }
}
