using System.Diagnostics;
using RewardScaling.Interrupted;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Models;

/// <summary>A process that is killed again and again, or whose disk is full, comes to the bits of one that was left alone.</summary>
public sealed class InterruptedTrainingTests
{
    private const int Kills = 8, FewestKillsInWrite = 2;

    private static readonly string s_program = typeof(Trainings).Assembly.Location;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Every other kill waits for the folder of an unfinished checkpoint to appear, so that some fall into a write; the others come
    // at a random moment.
    [Fact(Timeout = Eventually.Milliseconds)]
    public async Task Training_killed_at_random_moments_and_in_writes_and_started_again_comes_to_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        long start = Stopwatch.GetTimestamp();
        string expected = await InThisProcess(folder.File("straight"));
        double straight = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        // The delays follow the clock of this machine; which bits come out may not depend on them.
        var delays = RandomStream.FromSeed(3);
        int killed = 0, killedInWrite = 0;
        string run = folder.File("killed");
        for (int kill = 0; kill < Kills && (kill < Kills - 2 || killedInWrite < FewestKillsInWrite); kill++)
        {
            using var child = Start("dotnet", [s_program, run]);
            string? line = await child.StandardOutput.ReadLineAsync(Token);
            // Checkpoints of finished trainings give their results at once, so late lives are short.
            if (line?.StartsWith("done", StringComparison.Ordinal) == true) break;
            Assert.Equal("begun", line);
            if (kill % 2 == 0) await Task.Delay((int)(delays.Uniform((ulong)kill) * straight / 8), Token);
            else while (!IsWriting(run) && !child.HasExited && !Token.IsCancellationRequested) Thread.SpinWait(50);
            child.Kill();
            await child.WaitForExitAsync(Token);
            killed++;
            if (IsWriting(run)) killedInWrite++;
        }
        string output = await Output(Start("dotnet", [s_program, run]));
        string kills = $"{killed} kills, {killedInWrite} of them while a checkpoint was written";
        TestContext.Current.SendDiagnosticMessage(kills);
        Assert.True(killed >= 3 && killedInWrite >= FewestKillsInWrite, kills);
        Assert.Equal("done " + expected, output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Trim());
        // A finished run gives its result again.
        Assert.Equal(expected, await InThisProcess(run));
    }

    // A file system in memory with a size of its own, in a mount namespace of its own: nobody else sees it and it ends with its
    // processes. It begins too small for two checkpoints side by side and grows by a little each time the run says it is full.
    [Fact(Timeout = Eventually.Milliseconds)]
    public async Task Training_on_a_full_disk_keeps_its_last_checkpoint_and_goes_on_to_the_same_bits_when_there_is_room()
    {
        using var folder = new TemporaryFolder();
        string disk = Directory.CreateDirectory(folder.File("disk")).FullName;
        string refusal = OperatingSystem.IsLinux() ? await Disk("true", disk) : "this is no Linux";
        Assert.SkipUnless(refusal.Length == 0, $"no file system of a small size can be mounted here: {refusal.Trim()}");
        string expected = await InThisProcess(folder.File("straight"));
        string output = await Disk("""
            for size in 40 70 100 130 160 230 1000 4000; do
                mount -o remount,size=${size}k tmpfs "$1"
                if dotnet "$2" "$1/run"; then break; fi
                for path in "$1"/run/*/step-*; do echo "left $path"; done
            done
            """, disk);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length > 0 && lines[^1] == "done " + expected, output);
        string[] faults = [.. lines.Where(static line => line.StartsWith("fault", StringComparison.Ordinal))];
        Assert.True(faults.Length >= 3, output);
        Assert.All(faults, static line => Assert.Contains("No space left on device", line, StringComparison.Ordinal));
        Assert.Contains(faults, static line => line.Contains("Cannot write the checkpoint", StringComparison.Ordinal));
        // Whatever the disk could not hold, what it does hold is whole: one checkpoint of a training, none of them unfinished.
        string[] left = [.. lines.Where(static line => line.StartsWith("left", StringComparison.Ordinal))];
        Assert.Contains(left, static line => char.IsAsciiDigit(line[^1]));
        Assert.DoesNotContain(left, static line => line.EndsWith(".unfinished", StringComparison.Ordinal));

        static async Task<string> Disk(string script, string path) => await Output(Start("unshare",
            ["--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs -o size=40k tmpfs \"$1\" || exit 1\n" + script, "sh", path, s_program]));
    }

    private static async Task<string> InThisProcess(string folder)
    {
        using var trainings = new Trainings(folder, static () => { });
        return await trainings.RunAsync();
    }

    private static bool IsWriting(string run) =>
        Directory.Exists(run) && Directory.EnumerateDirectories(run, "*.unfinished", SearchOption.AllDirectories).Any();

    private static Process Start(string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static async Task<string> Output(Process process)
    {
        using (process)
        {
            Task<string> faults = process.StandardError.ReadToEndAsync(Token);
            string output = await process.StandardOutput.ReadToEndAsync(Token);
            await process.WaitForExitAsync(Token);
            return output + await faults;
        }
    }
}
