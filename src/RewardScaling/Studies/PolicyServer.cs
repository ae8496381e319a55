using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Serving;

namespace RewardScaling.Studies;

/// <summary>
/// The initial policy behind a server, as a plan names it. It is sampled for best-of-n and for comparisons; PPO needs gradients,
/// which no server gives.
/// </summary>
/// <remarks>
/// What decides a sample (address, model, kind, how it is asked) is part of the identity of every cell; the model's weights
/// cannot be, so that a study with a server cannot be made again from its plan alone, and says so. Holds no key: only the name of
/// the environment variable that does.
/// </remarks>
public sealed record PolicyServer
{
    /// <summary>The address, with or without the <c>/v1</c> of OpenAI's interface.</summary>
    public required Uri Address { get; init; }

    /// <summary>The model's name in requests; null for servers that have one model and want no name.</summary>
    /// <value>Default null.</value>
    public string? Model { get; init; }

    /// <summary>Whose server it is.</summary>
    /// <value>Default <see cref="ServerKind.OpenAi"/>, what every server understands.</value>
    public ServerKind Kind { get; init; } = ServerKind.OpenAi;

    /// <summary>The environment variable that holds the key; null for a server that wants none.</summary>
    /// <value>Default null.</value>
    public string? KeyVariable { get; init; }

    /// <summary>How many requests may be under way at once, of the whole process; at least 1.</summary>
    /// <value>Default 16, as <see cref="ServerOptions.RequestsAtOnce"/>.</value>
    public int RequestsAtOnce { get; init; } = 16;

    /// <summary>How many samples of one prompt a request asks for; at least 1.</summary>
    /// <value>Default 8, as <see cref="ServedPolicyOptions.SamplesPerRequest"/>.</value>
    public int SamplesPerRequest { get; init; } = 8;

    /// <summary>
    /// The most tokens of the server's that a response has; null for as many as <see cref="StudyPlan.ResponseLength"/>. Asked by
    /// text, that length counts bytes, and what a response has more is cut off at the last whole character.
    /// </summary>
    /// <value>Default null.</value>
    public int? MaxTokens { get; init; }

    /// <summary>Whether the chat endpoint is asked, each prompt being a message of the user's.</summary>
    /// <value>Default false.</value>
    public bool Chat { get; init; }

    /// <summary>The message of the system before each prompt of a chat; null for none.</summary>
    /// <value>Default null.</value>
    public string? SystemMessage { get; init; }

    /// <summary>The temperature it samples at; positive. The policy of the study is the model at this temperature.</summary>
    /// <value>Default 1, the model's own distribution.</value>
    public double Temperature { get; init; } = 1;

    /// <summary>The share of the mass that may be drawn, in (0, 1]; the policy of the study is the model so cut.</summary>
    /// <value>Default 1: all of it.</value>
    public double TopP { get; init; } = 1;

    /// <summary>The model and where it is.</summary>
    public override string ToString() => $"{Model ?? "the model"} behind {Address}";

    internal ServerOptions Connection => new()
    {
        Address = Address,
        Model = Model,
        KeyVariable = KeyVariable,
        RequestsAtOnce = RequestsAtOnce,
    };

    internal ServedPolicyOptions Options(bool byToken) => new()
    {
        Kind = Kind,
        Chat = Chat,
        SystemMessage = SystemMessage,
        SamplesPerRequest = SamplesPerRequest,
        MaxTokens = MaxTokens,
        CutsText = !byToken,
    };

    internal SamplingOptions Sampling(int responseLength, int? endToken) => new()
    {
        ResponseLength = responseLength,
        EndToken = endToken,
        Temperature = Temperature,
        Cut = new() { TopP = TopP },
    };

    // What changes no sample is left out.
    internal string Identity => FormattableString.Invariant(
        $"server {Address}, model {Model}, {Kind}{(Chat ? $", chat behind '{SystemMessage}'" : "")}, {SamplesPerRequest} a request, at most {MaxTokens} tokens, temperature {Temperature:R}, top-p {TopP:R}");

    internal void Require(Faults faults, string name)
    {
        Connection.Require(faults, name + ".");
        Options(byToken: false).Require(faults, name + ".");
        faults.Require(Temperature > 0 && double.IsFinite(Temperature), $"{name}.{nameof(Temperature)}", Temperature, "positive and finite");
        faults.Require(TopP is > 0 and <= 1, $"{name}.{nameof(TopP)}", TopP, "in (0, 1]");
    }
}
