using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace RewardScaling.Serving;

/// <summary>
/// What is asked of servers, as instruments of a <see cref="Meter"/>, for whatever collects those of the process (dotnet-counters,
/// OpenTelemetry). It costs next to nothing where nobody listens.
/// </summary>
/// <remarks>
/// Counters <c>rewardscaling.serving.requests</c>, <c>.faults</c> (requests that came to nothing), <c>.retries</c> (sent again),
/// <c>.wrong_answers</c>, <c>.prompt_tokens</c> and <c>.completion_tokens</c> (as far as servers say); the up-down counter
/// <c>.in_flight</c>; the histogram <c>.seconds</c>, from the first sending to the answer, delays included. Every value carries
/// host and port as the tag <c>server</c> and, where there is one, the model's name as the tag <c>model</c>.
/// </remarks>
public static class ServingMeter
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "RewardScaling.Serving";

    private const string Prefix = "rewardscaling.serving.";

    private static readonly Meter s_meter = new(Name);
    private static readonly Counter<long> s_requests = Counter("requests", "{request}", "Requests begun");
    private static readonly Counter<long> s_faults = Counter("faults", "{request}", "Requests that came to nothing");
    private static readonly Counter<long> s_retries = Counter("retries", "{request}", "Requests sent again");
    private static readonly Counter<long> s_wrong = Counter("wrong_answers", "{answer}", "Answers that were none");
    private static readonly Counter<long> s_read = Counter("prompt_tokens", "{token}", "Tokens servers have read");
    private static readonly Counter<long> s_written = Counter("completion_tokens", "{token}", "Tokens servers have written");
    private static readonly UpDownCounter<int> s_inFlight =
        s_meter.CreateUpDownCounter<int>(Prefix + "in_flight", "{request}", "Requests under way, those that wait to be sent again included");
    private static readonly Histogram<double> s_seconds =
        s_meter.CreateHistogram<double>(Prefix + "seconds", "s", "From the first sending of a request to its answer");

    /// <summary>The tags of a connection.</summary>
    internal static TagList Tags(ServerOptions options)
    {
        var tags = new TagList { { "server", options.Address.Authority } };
        if (options.Model is { } model) tags.Add("model", model);
        return tags;
    }

    internal static void Begin(in TagList tags)
    {
        s_requests.Add(1, tags);
        s_inFlight.Add(1, tags);
    }

    internal static void End(TimeSpan took, bool answered, in TagList tags)
    {
        s_inFlight.Add(-1, tags);
        if (answered) s_seconds.Record(took.TotalSeconds, tags);
        else s_faults.Add(1, tags);
    }

    internal static void Again(in TagList tags) => s_retries.Add(1, tags);

    internal static void Wrong(in TagList tags) => s_wrong.Add(1, tags);

    internal static void Tokens(long read, long written, in TagList tags)
    {
        if (read > 0) s_read.Add(read, tags);
        if (written > 0) s_written.Add(written, tags);
    }

    private static Counter<long> Counter(string name, string unit, string description) =>
        s_meter.CreateCounter<long>(Prefix + name, unit, description);
}
