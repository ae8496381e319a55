using RewardScaling.Numerics;
using RewardScaling.RewardModels;
using RewardScaling.Serving;

namespace RewardScaling.Studies;

/// <summary>A reward model behind a server, as a plan names it: as gold, or as a proxy that is not trained.</summary>
/// <remarks>What decides a score (address, model, contract, template, label) is part of the identity of the cells; the model's
/// weights cannot be. Holds no key: only the name of the environment variable that does.</remarks>
public sealed record RewardServer
{
    private const string PromptPlace = "{prompt}", ResponsePlace = "{response}";

    /// <summary>The address; of <see cref="ScoringContract.Plain"/> the one that is asked itself.</summary>
    public required Uri Address { get; init; }

    /// <summary>The model's name in requests; null for servers that have one model and want no name.</summary>
    /// <value>Default null.</value>
    public string? Model { get; init; }

    /// <summary>What reports call it; null for model and address.</summary>
    /// <value>Default null.</value>
    public string? Name { get; init; }

    /// <summary>How it is asked and what it answers.</summary>
    /// <value>Default <see cref="ScoringContract.Plain"/>, this library's own.</value>
    public ScoringContract Contract { get; init; } = ScoringContract.Plain;

    /// <summary>The environment variable that holds the key; null for a server that wants none.</summary>
    /// <value>Default null.</value>
    public string? KeyVariable { get; init; }

    /// <summary>How many requests may be under way at once, of the whole process; at least 1.</summary>
    /// <value>Default 16, as <see cref="ServerOptions.RequestsAtOnce"/>.</value>
    public int RequestsAtOnce { get; init; } = 16;

    /// <summary>The most rollouts in one request, at least 1.</summary>
    /// <value>Default 32, as <see cref="ServedRewardOptions.RolloutsPerRequest"/>.</value>
    public int RolloutsPerRequest { get; init; } = 32;

    /// <summary>The label whose score counts, where a classifier has several: TEI's name of it, or vLLM's number.</summary>
    /// <value>Default null: there is one.</value>
    public string? Label { get; init; }

    /// <summary>
    /// The text that is scored, with <c>{prompt}</c> and <c>{response}</c> where they stand in it; null for one behind the other.
    /// Plain and VllmScore send both as they are and take none.
    /// </summary>
    /// <value>Default null.</value>
    public string? Template { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name ?? $"{Model ?? "the model"} behind {Address}";

    internal ServerOptions Connection => new()
    {
        Address = Address,
        Model = Model,
        KeyVariable = KeyVariable,
        RequestsAtOnce = RequestsAtOnce,
    };

    internal ServedRewardOptions Options => new()
    {
        Contract = Contract,
        RolloutsPerRequest = RolloutsPerRequest,
        Label = Label,
        Text = Template is null ? null : Filled,
    };

    // What changes no score is left out.
    internal string Identity => $"server {Address}, model {Model}, {Contract}, label {Label}, template {Template}";

    internal void Require(Faults faults, string name)
    {
        Connection.Require(faults, name + ".");
        Options.Require(faults, name + ".");
        faults.Require(Name is null or { Length: > 0 }, $"{name}.{nameof(Name)}", "empty", "a name, or null");
        bool takesTemplate = Contract is not (ScoringContract.Plain or ScoringContract.VllmScore);
        faults.Require(Template is null || (takesTemplate && Template.Contains(ResponsePlace, StringComparison.Ordinal)),
            $"{name}.{nameof(Template)}", $"'{Template}'", takesTemplate ? $"a text with {ResponsePlace} in it, or null"
                : $"null with {Contract}, which sends prompt and response as they are");
    }

    // A prompt that speaks of {response} stays as it is.
    private string Filled(TextRollout rollout) => string.Join(rollout.Prompt, Template!.Split(PromptPlace)
        .Select(part => part.Replace(ResponsePlace, rollout.Response, StringComparison.Ordinal)));
}
