using System.Diagnostics;
using System.Text.Json;
using RewardScaling.Interrupted;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Serving;

/// <summary>
/// A process that collects samples from a server that fails, killed at random moments and started again until it is done, beside
/// one that was left alone with a server that does not fail.
/// </summary>
/// <param name="Kills">How often it was killed.</param>
/// <param name="SameFile">Whether the file is, byte by byte, the one without kills and faults.</param>
/// <param name="Portions">How many portions there are, each a request.</param>
/// <param name="PortionsAgain">Good answers with samples that were given a second time, lost with a process that was killed.</param>
/// <param name="ScoresAgain">Rollouts whose score was given a second time.</param>
/// <param name="AtOnce">The most requests at once.</param>
internal sealed record CollectionKills(int Kills, bool SameFile, int Portions, int PortionsAgain, int ScoresAgain, int AtOnce)
{
    /// <summary>What a kill can lose: the portions and the scores that were under way.</summary>
    public bool LostNoMoreThanWasUnderWay => PortionsAgain <= Kills * Collections.AtOnce && ScoresAgain <= Kills * Collections.AtOnce * Collections.Together;

    /// <summary>Runs it.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="kills">How often to kill.</param>
    /// <param name="stream">When.</param>
    public static async Task<CollectionKills> RunAsync(string folder, int kills, RandomStream stream)
    {
        string alone = Path.Combine(folder, "alone"), killed = Path.Combine(folder, "killed");
        using (var good = new LoopbackServer(ToyServer.Answer)) await Collections.RunAsync(alone, good.Address);
        var answered = new Dictionary<string, int>();
        using var bad = new LoopbackServer(request => Answer(request, answered));
        int done = 0;
        // A life ends a moment after so many requests: where processes start slowly a time would end it before the first.
        int most = Math.Max(2, 2 * Collections.Prompts * Collections.Samples / Collections.Together / kills);
        for (; done < kills; done++)
        {
            using Process child = Start(killed, bad.Address);
            if (await child.StandardOutput.ReadLineAsync() != "begun") break;
            int last = bad.Requests + stream.Below((ulong)done, most);
            while (bad.Requests < last && !child.HasExited) await Task.Delay(1);
            await Task.Delay(TimeSpan.FromMilliseconds(20 * stream.Fork("moment").Uniform((ulong)done)));
            child.Kill();
            await child.WaitForExitAsync();
            if (child.ExitCode == 0) break;
        }
        using (Process last = Start(killed, bad.Address))
        {
            string said = await last.StandardOutput.ReadToEndAsync();
            await last.WaitForExitAsync();
            if (!said.TrimEnd().EndsWith("done", StringComparison.Ordinal)) throw new InvalidOperationException($"The last life said: {said}");
        }
        bool same = File.ReadAllBytes(Path.Combine(alone, "samples.jsonl")).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(killed, "samples.jsonl")));
        lock (answered)
        {
            return new(done, same, Collections.Prompts * Collections.Samples / Collections.Together, Again("samples"), Again("score"), bad.MostAtOnce);

            int Again(string what) => answered.Where(pair => pair.Key.StartsWith(what, StringComparison.Ordinal)).Sum(static pair => pair.Value - 1);
        }
    }

    private static LoopbackAnswer Answer(LoopbackRequest request, Dictionary<string, int> answered)
    {
        LoopbackAnswer good = ToyServer.Answer(request) with { Delay = TimeSpan.FromMilliseconds(5) };
        switch (request.Number % 29)
        {
            case 3: return new("oh", 500);
            case 9: return new("slower", 429) { Headers = [("Retry-After", "0")] };
            case 14: return good with { Cut = true };
            case 19: return good with { Body = good.Body[..^7] };
            case 24: return new("<html></html>");
        }
        using JsonDocument body = JsonDocument.Parse(request.Body);
        JsonElement root = body.RootElement;
        lock (answered)
        {
            foreach (string key in request.Path == "/score"
                ? root.GetProperty("text_1").EnumerateArray().Zip(root.GetProperty("text_2").EnumerateArray(), static (prompt, response) => $"score {prompt}|{response}")
                : [$"samples {root.GetProperty("prompt")}|{root.GetProperty("seed")}"])
                answered[key] = answered.GetValueOrDefault(key) + 1;
        }
        return good;
    }

    private static Process Start(string folder, Uri address) => Process.Start(new ProcessStartInfo("dotnet",
        [typeof(Collections).Assembly.Location, "collect", folder, address.ToString()])
    { RedirectStandardOutput = true })!;
}
