using System.Diagnostics;
using System.Runtime.InteropServices;
using RewardScaling.Interrupted;

namespace RewardScaling.Tests.Studies;

/// <summary>A processor without AVX2 and FMA, as the runtime can be told to take this one for.</summary>
public sealed class LesserProcessorTests
{
    [Fact(Timeout = Eventually.Milliseconds)]
    public async Task A_study_without_fused_multiply_add_goes_through_the_same_stages_and_says_what_it_lacked()
    {
        using var folder = new TemporaryFolder();
        string[] usual = await RunAsync(folder.File("usual")), lesser = await RunAsync(folder.File("lesser"), ("DOTNET_EnableAVX2", "0"));
        Assert.True(usual.Length > 5, string.Join(Environment.NewLine, usual));
        Assert.Equal(usual[1..], lesser[1..]);
        bool x64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;
        Assert.Equal(x64, lesser[0].Contains("4 x float32 without fused multiply-add", StringComparison.Ordinal));
    }

    // The engine, and the stages.
    private static async Task<string[]> RunAsync(string folder, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Trainings).Assembly.Location, "study", folder])
        {
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
