using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using RewardScaling.Models;

namespace RewardScaling.TorchSharp;

/// <summary>
/// Cuts batches into pieces that fit into memory: sequences of like length together, no more tokens than the limit, and half as
/// many from then on where memory ran out.
/// </summary>
internal sealed partial class PieceSizes(TokenNetwork network)
{
    private int _limit = network.Engine.Options.TokensAtOnce;
    private bool _said;

    /// <summary>Sequences of the batch being run that have anything to compute.</summary>
    public int Working { get; private set; }

    /// <summary>Runs some work on every sequence of a batch that has rows, piece by piece.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="readout">What is read.</param>
    /// <param name="work">The work on some sequences. When memory runs out in it, it has done nothing, and is asked again for
    /// fewer.</param>
    /// <exception cref="InsufficientMemoryException">A single sequence does not fit.</exception>
    public void Run(TokenBatch batch, Readout readout, Action<int[]> work)
    {
        int Length(int sequence) => readout.Rows(batch, sequence).Length;
        int[] order = [.. Enumerable.Range(0, batch.Count).Where(i => readout.Rows(batch, i).Count > 0).OrderBy(Length)];
        Working = order.Length;
        Run(order, Length, work);
    }

    /// <summary>The same for sequences that are chosen already, shortest first.</summary>
    public void Run(int[] order, Func<int, int> length, Action<int[]> work)
    {
        for (int from = 0; from < order.Length;)
        {
            int to = from + 1;
            while (to < order.Length && (long)length(order[to]) * (to + 1 - from) <= _limit
                && (!network.NeedsEqualLengths || length(order[to]) == length(order[from]))) to++;
            int[] piece = order[from..to];
            int tokens = piece.Length * length(piece[^1]);
            try
            {
                network.Engine.BeforePiece?.Invoke(tokens);
                work(piece);
                from = to;
            }
            catch (ExternalException fault) when (IsOutOfMemory(fault))
            {
                Halve(piece.Length, tokens, fault);
            }
        }
    }

    /// <summary>Halves the limit below a piece that did not fit.</summary>
    /// <param name="sequences">The sequences of the piece.</param>
    /// <param name="tokens">The tokens of the piece, padding included.</param>
    /// <param name="fault">What libtorch said.</param>
    /// <exception cref="InsufficientMemoryException">The piece was a single sequence.</exception>
    public void Halve(int sequences, int tokens, Exception fault)
    {
        if (sequences <= 1)
        {
            throw new InsufficientMemoryException(
                $"A single sequence of {tokens} tokens does not fit into the memory of {network.Engine.Description}.", fault);
        }
        _limit = Math.Max(1, tokens / 2);
        if (_said) return;
        _said = true;
        LogHalved(network.Engine.Logger, tokens, _limit, network.Engine.Description);
    }

    /// <summary>Whether libtorch says that memory ran out.</summary>
    public static bool IsOutOfMemory(ExternalException fault) =>
        fault.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || fault.Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Memory ran out with {Tokens} tokens at once; from now on {Limit} at most, and fewer where that is too many ({Engine}).")]
    private static partial void LogHalved(ILogger logger, int tokens, int limit, string engine);
}
