using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Models;

/// <summary>Whatever happens while a checkpoint is written, the last whole one is there and is the one that is read.</summary>
public sealed class TrainingCheckpointsTests : IDisposable
{
    private readonly TemporaryFolder _parent = new();

    private string Folder => _parent.File("checkpoints");

    public void Dispose() => _parent.Dispose();

    [Fact]
    public void The_newest_checkpoint_counts_and_is_the_only_one_kept()
    {
        using (var kept = Open())
        {
            Assert.Null(kept.Restore(static _ => Assert.Fail("There is nothing to restore.")));
            foreach (int step in new[] { 0, 5, 10 }) Write(kept, step);
            Write(kept, 10, "not written: the checkpoint of the step is there");
        }
        Assert.Equal(["step-000000010"], Steps());
        using var again = Open();
        Assert.Equal((10, "network of step 10"), Read(again));
    }

    [Fact]
    public void A_checkpoint_is_due_every_so_many_steps()
    {
        using var kept = Open(stepsBetween: 4);
        Assert.Equal([4, 8], Enumerable.Range(1, 11).Where(kept.IsDue));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_disk_that_is_full_leaves_the_last_checkpoint(int filesWritten)
    {
        using var kept = Open();
        Write(kept, 3);
        var fault = Assert.Throws<IOException>(() => kept.Write(6, State(6), Losses(6), folder =>
        {
            for (int i = 0; i < filesWritten; i++) File.WriteAllText(Path.Combine(folder, $"network-{i}"), "half");
            AtomicFile.Write(Path.Combine(folder, "network"), static stream => stream.CopyTo(new FullDisk()));
            new FullDisk().WriteByte(1);
        }));
        Assert.Contains("step-000000006", fault.Message, StringComparison.Ordinal);
        Assert.Contains("No space left", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["step-000000003"], Steps());
        Write(kept, 7);
        Assert.Equal((7, "network of step 7"), Read(kept));
    }

    [Fact]
    public void A_fault_that_is_no_disks_is_told_as_it_is_and_leaves_nothing()
    {
        using var kept = Open();
        Write(kept, 3);
        Assert.Throws<ArgumentException>(() => kept.Write(4, State(4), Losses(4), static _ => throw new ArgumentException("NaN")));
        Assert.Equal(["step-000000003"], Steps());
    }

    // What a process leaves that dies at each moment of a write: before the rename, after it, while the old one is deleted.
    [Theory]
    [InlineData("step-000000009.unfinished", 3)]
    [InlineData("step-000000002", 3)]
    public void What_a_dead_process_left_is_cleared_away(string left, int expected)
    {
        using (var kept = Open()) Write(kept, 3);
        string path = Path.Combine(Folder, left);
        Directory.CreateDirectory(path);
        using var again = Open();
        Assert.Equal([$"step-{expected:D9}"], Steps());
        Assert.Equal((3, "network of step 3"), Read(again));
    }

    // A newer whole one counts; what the older one was is not asked.
    [Fact]
    public void What_a_process_left_that_died_before_it_deleted_the_old_one_is_cleared_away_too()
    {
        string old = Path.Combine(Folder, "step-000000003"), aside = _parent.File("aside");
        using (var kept = Open())
        {
            Write(kept, 3);
            Directory.CreateDirectory(aside);
            foreach (string file in Directory.EnumerateFiles(old)) File.Copy(file, Path.Combine(aside, Path.GetFileName(file)));
            Write(kept, 9);
        }
        Directory.Move(aside, old);
        using var again = Open();
        Assert.Equal(["step-000000009"], Steps());
        Assert.Equal((9, "network of step 9"), Read(again));
    }

    // A process that died between the journal and the state has lines that nobody counts on.
    [Fact]
    public void Steps_are_appended_and_those_behind_the_checkpoint_are_cut_off()
    {
        string journal = Path.Combine(Folder, "steps.jsonl");
        using (var kept = Open())
        {
            Write(kept, 3);
            string three = File.ReadAllText(journal);
            Write(kept, 5);
            Assert.StartsWith(three, File.ReadAllText(journal), StringComparison.Ordinal);
        }
        string five = File.ReadAllText(journal);
        File.AppendAllText(journal, "0.17\nhal");
        using var again = Open();
        Assert.Equal((5, "network of step 5"), Read(again));
        Write(again, 6);
        Assert.Equal(five + (1.0 / 6).ToString("R", System.Globalization.CultureInfo.InvariantCulture) + "\n", File.ReadAllText(journal));
    }

    // Those of the identity are another folder's, all others a damaged checkpoint's. None is read past.
    [Fact]
    public void A_single_bit_that_changes_is_found_wherever_it_is()
    {
        using (var kept = Open()) Write(kept, 3);
        int flips = 0;
        foreach (string file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            byte[] bytes = File.ReadAllBytes(file);
            for (int bit = 0; bit < bytes.Length * 8; bit += 53, flips++)
            {
                Flip(bit);
                var fault = Record.Exception(() =>
                {
                    using var again = Open();
                    again.Restore(static _ => { });
                });
                Assert.True(fault is IOException or InvalidDataException, $"{file}, bit {bit}: {fault}");
                Assert.Contains(Folder, fault.Message, StringComparison.Ordinal);
                Assert.Contains("delete", fault.Message, StringComparison.Ordinal);
                Flip(bit);
            }

            void Flip(int bit)
            {
                bytes[bit / 8] ^= (byte)(1 << bit % 8);
                File.WriteAllBytes(file, bytes);
            }
        }
        Assert.True(flips > 70, $"{flips}");
        using var whole = Open();
        Assert.Equal((3, "network of step 3"), Read(whole));
    }

    [Fact]
    public void A_folder_of_another_training_is_refused_and_the_difference_named()
    {
        Open().Dispose();
        string message = Assert.Throws<IOException>(() => Open(identity: """{"seed":2}""")).Message;
        Assert.Contains("seed is 1 there and 2 here", message, StringComparison.Ordinal);
        Assert.Contains(Folder, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_use_is_refused()
    {
        using var kept = Open();
        Assert.Contains("in use", Assert.Throws<IOException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData(null)]
    public void A_damaged_state_is_named(string? text)
    {
        using var kept = Open();
        Write(kept, 3);
        string state = Path.Combine(Folder, "step-000000003", "state.json");
        if (text is null) File.Delete(state);
        else File.WriteAllText(state, text);
        string message = Assert.Throws<InvalidDataException>(() => kept.Restore(static _ => { })).Message;
        Assert.Contains(state, message, StringComparison.Ordinal);
        Assert.Contains($"delete {Folder} to begin this training again", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_options_are_all_named_at_once()
    {
        Assert.Equal("CheckpointOptions: Folder = '' must be the path of a folder. StepsBetween = 0 must be at least 1.",
            Assert.Throws<ArgumentException>(new CheckpointOptions { Folder = "", StepsBetween = 0 }.Validate).Message);
        Assert.Equal(10, new CheckpointOptions { Folder = "x" }.StepsBetween);
    }

    private static TrainingProgressState State(int step) => new(step, [new(1, 0.5), Estimate.WithoutError(2)]);

    private static double[] Losses(int step) => [.. Enumerable.Range(1, step).Select(static s => 1.0 / s)];

    private static (int Step, string Network) Read(TrainingCheckpoints<TrainingProgressState, double> kept)
    {
        string network = "";
        var (state, steps) = kept.Restore(folder => network = File.ReadAllText(Path.Combine(folder, "network")))!.Value;
        Assert.Equal([new(1, 0.5), Estimate.WithoutError(2)], state.HeldOut);
        Assert.Equal(Losses((int)state.Seen), steps);
        return ((int)state.Seen, network);
    }

    private static void Write(TrainingCheckpoints<TrainingProgressState, double> kept, int step, string? network = null) =>
        kept.Write(step, State(step), Losses(step), folder => File.WriteAllText(Path.Combine(folder, "network"), network ?? $"network of step {step}"));

    private TrainingCheckpoints<TrainingProgressState, double> Open(int stepsBetween = 1, string identity = """{"seed":1}""") =>
        TrainingCheckpoints<TrainingProgressState, double>.Open(new() { Folder = Folder, StepsBetween = stepsBetween }, identity,
            TrainingJson.Default.KeptStateTrainingProgressState, TrainingJson.Default.Double);

    private IEnumerable<string?> Steps() => Directory.EnumerateDirectories(Folder).Select(Path.GetFileName);

    private sealed class FullDisk : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("No space left on device");

        public override void WriteByte(byte value) => Write([value]);
    }
}
