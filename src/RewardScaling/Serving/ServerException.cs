using RewardScaling.Numerics;

namespace RewardScaling.Serving;

/// <summary>
/// A server could not be reached, refused a request, or gave an answer that is none. The message names the server, what was asked
/// (prompt and sample) and what came; it never holds a key.
/// </summary>
public sealed class ServerException : RewardScalingException
{
    /// <summary>A fault.</summary>
    /// <param name="message">Server, what was asked, what came and what to do.</param>
    /// <param name="inner">What lies below it.</param>
    public ServerException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
