using System.Diagnostics;
using RewardScaling.Interrupted;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Models;

/// <summary>A process that is killed again and again comes to the bits of one that was left alone.</summary>
public sealed class InterruptedTrainingTests
{
    private const int Kills = 8;

    [Fact]
    public async Task Training_killed_at_random_moments_and_started_again_comes_to_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        var token = TestContext.Current.CancellationToken;
        long start = Stopwatch.GetTimestamp();
        string expected = await InThisProcess(folder.File("straight"));
        double straight = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        // The delays follow the clock of this machine; which bits come out may not depend on them.
        var delays = RandomStream.FromSeed(3);
        int killed = 0, killedInWrite = 0;
        string run = folder.File("killed");
        for (int kill = 0; kill < Kills; kill++)
        {
            using var child = Start(run);
            string? line = await child.StandardOutput.ReadLineAsync(token);
            // Checkpoints of finished trainings give their results at once, so late lives are short.
            if (line?.StartsWith("done", StringComparison.Ordinal) == true) break;
            Assert.Equal("begun", line);
            await Task.Delay((int)(delays.Uniform((ulong)kill) * straight / 5), token);
            child.Kill();
            await child.WaitForExitAsync(token);
            killed++;
            if (Directory.EnumerateDirectories(run, "*.unfinished", SearchOption.AllDirectories).Any()) killedInWrite++;
        }
        using var last = Start(run);
        string output = await last.StandardOutput.ReadToEndAsync(token);
        await last.WaitForExitAsync(token);
        string kills = $"{killed} kills, {killedInWrite} of them while a checkpoint was written";
        TestContext.Current.SendDiagnosticMessage(kills);
        Assert.True(killed >= 3, kills);
        Assert.Equal("done " + expected, output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Trim());
        // A finished run gives its result again.
        Assert.Equal(expected, await InThisProcess(run));
    }

    private static async Task<string> InThisProcess(string folder)
    {
        using var trainings = new Trainings(folder, static () => { });
        return await trainings.RunAsync();
    }

    private static Process Start(string folder)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Trainings).Assembly.Location, folder]) { RedirectStandardOutput = true };
        return Process.Start(start)!;
    }
}
