using System.Net;
using RewardScaling.Numerics;

namespace RewardScaling.Serving;

/// <summary>Where a server is and how it is asked. Holds no key: only where one comes from.</summary>
public sealed record ServerOptions
{
    /// <summary>
    /// The address, with or without the <c>/v1</c> of OpenAI's interface: <c>http://127.0.0.1:8000</c>. Nothing is sent anywhere
    /// else: redirects are faults, and a proxy is used only if it is given here.
    /// </summary>
    public required Uri Address { get; init; }

    /// <summary>The model's name in requests; null for servers that have one model and want no name.</summary>
    /// <value>Default null.</value>
    public string? Model { get; init; }

    /// <summary>The environment variable that holds the key, such as OPENAI_API_KEY; read at every request.</summary>
    /// <value>Default null: no key is sent.</value>
    public string? KeyVariable { get; init; }

    /// <summary>Gives the key, asked at every request; null for <see cref="KeyVariable"/>.</summary>
    /// <value>Default null.</value>
    public Func<CancellationToken, ValueTask<string?>>? Key { get; init; }

    /// <summary>How many requests may be under way at once, those that wait to be sent again included; at least 1.</summary>
    /// <value>Default 16, a choice of this library; vLLM takes 256 sequences at once.</value>
    public int RequestsAtOnce { get; init; } = 16;

    /// <summary>How long one attempt may take until its answer is whole.</summary>
    /// <value>Default ten minutes, as OpenAI's own client waits.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How often a request is sent before a server that cannot be reached, cuts answers, takes too long or answers 408, 425, 429
    /// or 5xx is a fault; at least 1.
    /// </summary>
    /// <value>Default 12: with the delays below about six minutes, in which a server starts again.</value>
    public int Attempts { get; init; } = 12;

    /// <summary>
    /// How often a request is sent before an answer that is none (HTML, other counts, another prompt) is a fault; at least 1.
    /// </summary>
    /// <value>Default 3: a gateway's page goes away, a wrong server stays wrong.</value>
    public int WrongAnswers { get; init; } = 3;

    /// <summary>The delay before the second attempt; each further one is twice as long. Half of each is drawn at
    /// random.</summary>
    /// <value>Default half a second.</value>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest such delay.</summary>
    /// <value>Default one minute.</value>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait that a server may ask for by Retry-After; a longer one is a fault.</summary>
    /// <value>Default ten minutes.</value>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A proxy; null for none, whatever the environment says.</summary>
    /// <value>Default null.</value>
    public IWebProxy? Proxy { get; init; }

    /// <summary>Faults options that cannot be followed.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(ServerOptions));
        Require(faults, "");
        faults.ThrowIfAny();
    }

    /// <summary>Notes every fault.</summary>
    /// <param name="faults">Where they are noted.</param>
    /// <param name="prefix">What stands before each name.</param>
    internal void Require(Faults faults, string prefix)
    {
        bool web = Address is { IsAbsoluteUri: true, Scheme: "http" or "https" };
        faults.Require(web, prefix + nameof(Address), Address is null ? "null" : "(not shown)", "an absolute address that begins with http:// or https://");
        faults.Require(!web || Address!.UserInfo.Length == 0, prefix + nameof(Address), "(not shown)", "without a name and a password; a key comes from KeyVariable or Key");
        faults.Require(!web || (Address!.Query.Length == 0 && Address.Fragment.Length == 0), prefix + nameof(Address), "(not shown)", "without a query; a key comes from KeyVariable or Key");
        faults.Require(KeyVariable is null || Key is null, prefix + nameof(KeyVariable), KeyVariable ?? "", "null where Key is given");
        faults.Require(KeyVariable is null || KeyVariable.Trim().Length > 0, prefix + nameof(KeyVariable), "empty", "the name of an environment variable, or null");
        faults.Require(RequestsAtOnce >= 1, prefix + nameof(RequestsAtOnce), RequestsAtOnce, "at least 1");
        faults.Require(Timeout > TimeSpan.Zero, prefix + nameof(Timeout), Timeout, "positive");
        faults.Require(Attempts >= 1, prefix + nameof(Attempts), Attempts, "at least 1");
        faults.Require(WrongAnswers >= 1, prefix + nameof(WrongAnswers), WrongAnswers, "at least 1");
        faults.Require(FirstDelay >= TimeSpan.Zero, prefix + nameof(FirstDelay), FirstDelay, "at least 0");
        faults.Require(LongestDelay >= FirstDelay, prefix + nameof(LongestDelay), LongestDelay, "at least FirstDelay");
        faults.Require(LongestRetryAfter >= TimeSpan.Zero, prefix + nameof(LongestRetryAfter), LongestRetryAfter, "at least 0");
    }

    /// <summary>The address and the model; never a key.</summary>
    public override string ToString() => Model is null ? $"{Address}" : $"{Address} ({Model})";
}
