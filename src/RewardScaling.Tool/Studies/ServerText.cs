using RewardScaling.Serving;
using RewardScaling.Studies;

namespace RewardScaling.Tool.Studies;

/// <summary>A server as the command line names it: <c>KIND+URL#MODEL</c>, kind and model where they are needed.</summary>
internal static class ServerText
{
    private static readonly Dictionary<string, (ServerKind Kind, bool Chat)> s_policies = new(StringComparer.Ordinal)
    {
        [""] = (ServerKind.OpenAi, false),
        ["openai"] = (ServerKind.OpenAi, false),
        ["chat"] = (ServerKind.OpenAi, true),
        ["vllm"] = (ServerKind.Vllm, false),
        ["sglang"] = (ServerKind.SgLang, false),
        ["llamacpp"] = (ServerKind.LlamaCpp, false),
    };

    private static readonly Dictionary<string, ScoringContract> s_contracts = new(StringComparer.Ordinal)
    {
        [""] = ScoringContract.Plain,
        ["plain"] = ScoringContract.Plain,
        ["vllm-score"] = ScoringContract.VllmScore,
        ["vllm-classify"] = ScoringContract.VllmClassify,
        ["vllm-pooling"] = ScoringContract.VllmPooling,
        ["tei"] = ScoringContract.TeiPredict,
    };

    /// <summary>Whether a text names a server and not a file.</summary>
    public static bool Is(string? text) => text?.Contains("://", StringComparison.Ordinal) == true;

    /// <summary>A policy.</summary>
    /// <exception cref="ArgumentException">The text names none; the message says what it must be.</exception>
    public static PolicyServer Policy(string text, string option, string? keyVariable)
    {
        var ((kind, chat), address, model) = Read(text, option, s_policies);
        return new()
        {
            Address = address,
            Model = model,
            Kind = kind,
            Chat = chat,
            SamplesPerRequest = chat ? 1 : 8,
            KeyVariable = keyVariable,
        };
    }

    /// <summary>A reward model.</summary>
    /// <exception cref="ArgumentException">The text names none; the message says what it must be.</exception>
    public static RewardServer Reward(string text, string option, string? keyVariable)
    {
        var (contract, address, model) = Read(text, option, s_contracts);
        return new() { Address = address, Model = model, Contract = contract, KeyVariable = keyVariable };
    }

    // The text is not shown: it may hold a key where it must not.
    private static (T Kind, Uri Address, string? Model) Read<T>(string text, string option, Dictionary<string, T> kinds)
    {
        string form = $"{option} must be an address such as http://127.0.0.1:8000, with one of {string.Join(", ", kinds.Keys.Where(static kind => kind.Length > 0))} and + before it where that is needed, and # and the model's name behind it";
        int plus = text.IndexOf("+http", StringComparison.Ordinal), hash = text.IndexOf('#', StringComparison.Ordinal);
        string kind = plus < 0 ? "" : text[..plus], address = text[(plus + 1)..(hash < 0 ? text.Length : hash)];
        if (!kinds.TryGetValue(kind, out T? known) || !Uri.TryCreate(address, UriKind.Absolute, out Uri? uri))
            throw new ArgumentException(form + ".");
        return (known, uri, hash < 0 ? null : text[(hash + 1)..]);
    }
}
