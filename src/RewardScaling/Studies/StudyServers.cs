using Microsoft.Extensions.Logging;
using RewardScaling.Serving;

namespace RewardScaling.Studies;

/// <summary>
/// The servers that a plan names, with one connection each that all cells share: the limit of requests holds for the whole
/// process, however many cells are made side by side. Nothing is sent before a cell asks.
/// </summary>
/// <remarks>Connections are not closed: idle sockets close by themselves in a minute.</remarks>
internal sealed class StudyServers
{
    private readonly Dictionary<ServerOptions, ServerConnection> _connections = [];

    /// <summary>The servers of a plan.</summary>
    /// <param name="plan">The plan, valid.</param>
    /// <param name="time">The clock behind delays and time-outs.</param>
    /// <param name="logger">Told of every request that is sent again.</param>
    public StudyServers(StudyPlan plan, TimeProvider time, ILogger logger)
    {
        foreach (var options in plan.ProxyServers.Append(plan.GoldServer).OfType<RewardServer>().Select(static server =>
            server.Connection).Append(plan.PolicyServer?.Connection).OfType<ServerOptions>())
            if (!_connections.ContainsKey(options)) _connections.Add(options, new(options, time, logger));
    }

    /// <summary>The connection to a server of the plan.</summary>
    public ServerConnection To(ServerOptions options) => _connections[options];

    /// <summary>A reward model of the plan.</summary>
    public ServedRewardModel Model(RewardServer server) => new(To(server.Connection), server.Options);
}
