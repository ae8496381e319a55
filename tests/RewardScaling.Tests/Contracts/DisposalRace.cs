using System.Runtime.InteropServices;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Contracts;

/// <summary>
/// A network is disposed of while another thread is inside a call of it: the call ends with the numbers it has alone, or is refused
/// because it came too late, and the process lives.
/// </summary>
internal sealed class DisposalRace
{
    private static readonly TransformerShape s_shape =
        new() { Vocabulary = 24, Context = 16, Width = 32, Layers = 1, Heads = 2 };

    private static readonly TokenBatch s_batch = Batches.Ragged(s_shape, 24, 3, someEmpty: false);

    private readonly Func<IDisposable> _create;
    private readonly Func<IDisposable, byte[]> _call;

    private DisposalRace(string name, Func<IDisposable> create, Func<IDisposable, byte[]> call) =>
        (Name, _create, _call) = (name, create, call);

    /// <summary>Which call of which kind of network.</summary>
    public string Name { get; }

    /// <summary>The races of an engine: every call of both kinds of network.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="folder">Where networks are saved.</param>
    public static IReadOnlyList<DisposalRace> All(IEngine engine, string folder)
    {
        string saved = Path.Combine(folder, "race.safetensors"), kept = Path.Combine(folder, "kept.safetensors"),
            keptModel = Path.Combine(folder, "kept-model.safetensors");
        var reference = engine.CreatePolicy(s_shape, RandomStream.FromSeed(8));
        using (var policy = engine.CreatePolicy(s_shape, Batches.Random)) policy.SaveTraining(kept);
        using (var model = engine.CreateRewardModel(s_shape, Batches.Random)) model.SaveTraining(keptModel);
        var prompts = Batches.Prompts(s_shape, 12, 6, 5);
        var sampling = new SamplingOptions { ResponseLength = 6 };
        return
        [
            Policy("Evaluate", policy => Read(policy.Evaluate)),
            Policy("Forward", policy => Read(policy.Forward)),
            Policy("Forward, Backward, Step", policy =>
            {
                Read(policy.Forward);
                policy.Backward(Batches.Slopes(s_batch.TotalResponseTokens, 2));
                return [.. Bytes([policy.Step(new(), 0)])];
            }),
            Policy("Forward, DropGradients", policy =>
            {
                byte[] read = Read(policy.Forward);
                policy.DropGradients();
                return read;
            }),
            Policy("SampleAsync", policy =>
            {
                // The engines here answer at once.
                var sampled = policy.SampleAsync(prompts, sampling, Batches.Streams(12, 4)).AsTask().GetAwaiter().GetResult();
                return [.. Bytes(sampled.LogProbs), .. Bytes(sampled.Values)];
            }),
            Policy("TokenKl", policy => Kl(policy, reference)),
            Policy("TokenKl as reference", policy => Kl(reference, policy)),
            Policy("Save", policy => Saved(policy.Save)),
            Policy("SaveTraining", policy => Saved(policy.SaveTraining)),
            Policy("RestoreTraining", policy =>
            {
                policy.RestoreTraining(kept);
                return [];
            }),
            Policy("Clone", policy =>
            {
                using var clone = policy.Clone();
                return Read(clone.Evaluate);
            }),
            Model("Score", static model => Scores(model.Score)),
            Model("Forward", static model => Scores(model.Forward)),
            Model("Forward, Backward, Step", static model =>
            {
                Scores(model.Forward);
                model.Backward(new float[s_batch.Count]);
                return [.. Bytes([model.Step(new(), 0)])];
            }),
            Model("Forward, DropGradients", static model =>
            {
                byte[] read = Scores(model.Forward);
                model.DropGradients();
                return read;
            }),
            Model("Save", model => Saved(model.Save)),
            Model("SaveTraining", model => Saved(model.SaveTraining)),
            Model("RestoreTraining", model =>
            {
                model.RestoreTraining(keptModel);
                return [];
            }),
            Model("Clone", static model =>
            {
                using var clone = model.Clone();
                return Scores(clone.Score);
            }),
        ];

        DisposalRace Policy(string name, Func<ITrainablePolicy, byte[]> call) => new($"policy: {name}",
            () => engine.CreatePolicy(s_shape, Batches.Random), network => call((ITrainablePolicy)network));

        DisposalRace Model(string name, Func<ITrainableRewardModel, byte[]> call) => new($"reward model: {name}",
            () => engine.CreateRewardModel(s_shape, Batches.Random), network => call((ITrainableRewardModel)network));

        byte[] Saved(Action<string> save)
        {
            save(saved);
            return File.ReadAllBytes(saved);
        }
    }

    /// <summary>Runs the race again and again.</summary>
    /// <param name="tries">How often.</param>
    /// <param name="stream">When the network is disposed of.</param>
    public DisposalOutcome Run(int tries, RandomStream stream)
    {
        byte[] alone;
        using (var network = _create()) alone = _call(network);
        int calls = 0, refused = 0, wrong = 0;
        string fault = "";
        for (int i = 0; i < tries; i++)
        {
            var network = _create();
            using var begun = new ManualResetEventSlim();
            var caller = Task.Run(() =>
            {
                begun.Set();
                try
                {
                    // Until it is refused: the network is gone at a moment of its own in every try.
                    for (int call = 0; call < 10_000; call++)
                    {
                        if (!_call(network).AsSpan().SequenceEqual(alone)) wrong++;
                        calls++;
                    }
                }
                catch (ObjectDisposedException)
                {
                    refused++;
                }
                catch (Exception other)
                {
                    fault = other.ToString();
                }
            });
            begun.Wait();
            Thread.SpinWait(stream.Below((ulong)i, 4000));
            network.Dispose();
            network.Dispose();
            if (!caller.Wait(TimeSpan.FromMinutes(1))) return new(i + 1, calls, refused, wrong, "a call does not come back");
        }
        return new(tries, calls, refused, wrong, fault);
    }

    private static byte[] Read(Action<TokenBatch, PolicyOutputs, double> call)
    {
        var outputs = new PolicyOutputs();
        call(s_batch, outputs, 1);
        return [.. Bytes(outputs.LogProbs), .. Bytes(outputs.Entropies), .. Bytes(outputs.Values)];
    }

    private static byte[] Kl(ITrainablePolicy policy, ITrainablePolicy reference)
    {
        var kl = new float[s_batch.TotalResponseTokens];
        policy.TokenKl(reference, s_batch, kl);
        return [.. Bytes(kl)];
    }

    private static byte[] Scores(Scoring score)
    {
        var scores = new float[s_batch.Count];
        score(s_batch, scores);
        return [.. Bytes(scores)];
    }

    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<float> values) => MemoryMarshal.AsBytes(values);

    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<double> values) => MemoryMarshal.AsBytes(values);

    private delegate void Scoring(TokenBatch batch, Span<float> scores);
}

/// <summary>What came of a race.</summary>
/// <param name="Tries">How often a network was disposed of.</param>
/// <param name="Calls">How many calls came to their end.</param>
/// <param name="Refused">How many were told that the network is gone.</param>
/// <param name="Wrong">How many gave other numbers than a call alone.</param>
/// <param name="Fault">Anything else that was thrown; empty for nothing.</param>
internal sealed record DisposalOutcome(int Tries, int Calls, int Refused, int Wrong, string Fault);
