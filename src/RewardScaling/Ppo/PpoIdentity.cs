using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>All that decides the bits of a run and can be written down: whose a checkpoint folder is.</summary>
internal sealed record PpoIdentity(
    string Training, PpoOptions Options, ulong Stream, string Label, int ResponseLength, int? EndToken, long Parameters,
    long CriticParameters, PpoEvaluationSchedule Schedule, int RolloutsPerPrompt, double? EvaluationTemperature,
    TokenCut EvaluationCut, string EvaluationPrompts, bool HasReference)
{
    /// <summary>The identity of a run as JSON.</summary>
    public static string Of(PpoProblem problem, PpoEvaluation evaluation, PpoOptions options, RandomStream stream)
    {
        var decisive = options.Decisive;
        return JsonSerializer.Serialize(
            new("ppo", decisive, stream.Bits(0), problem.Label, problem.ResponseLength, problem.EndToken,
                problem.InitialPolicy.ParameterCount, problem.Critic?.ParameterCount ?? 0, evaluation.Schedule,
                evaluation.RolloutsPerPrompt, evaluation.Temperature, evaluation.Cut, Fingerprint(evaluation.Prompts),
                problem.Reference is not null),
            PpoJson.Default.PpoIdentity);
    }

    private static string Fingerprint(TokenBatch prompts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < prompts.Count; i++)
        {
            hash.AppendData(BitConverter.GetBytes(prompts.PromptLengths[i]));
            hash.AppendData(MemoryMarshal.AsBytes(prompts.Sequence(i)));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
