using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RewardScaling.Tests.Serving;

/// <summary>
/// A small HTTP server on loopback that answers as the test says, and badly where the test wants it: it can cut an answer, be slow,
/// die and come back on the same port. It counts what came, and how many requests it held at once.
/// </summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly Func<LoopbackRequest, LoopbackAnswer> _answer;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private TcpListener? _listener;
    private int _underWay, _mostAtOnce, _requests;

    public LoopbackServer(Func<LoopbackRequest, LoopbackAnswer> answer)
    {
        _answer = answer;
        Start();
    }

    public int Port { get; private set; }

    public Uri Address => new($"http://127.0.0.1:{Port}");

    public int Requests => Volatile.Read(ref _requests);

    public int MostAtOnce => Volatile.Read(ref _mostAtOnce);

    public List<LoopbackRequest> Seen { get; } = [];

    /// <summary>Whether requests are kept in <see cref="Seen"/>.</summary>
    public bool KeepsRequests { get; init; } = true;

    /// <summary>Listens, on the same port as before.</summary>
    public void Start()
    {
        _listener = new(IPAddress.Loopback, Port);
        _listener.Start(512);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync(_listener);
    }

    /// <summary>Refuses connections until it is started again.</summary>
    public void Stop()
    {
        TcpListener? listener = _listener;
        _listener = null;
        listener?.Stop();
    }

    public void Dispose()
    {
        _end.Cancel();
        Stop();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            try
            {
                TcpClient client = await listener.AcceptTcpClientAsync(_end.Token);
                _ = ServeAsync(client);
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // A client that dies while it waits in the queue is a fault of this call; the others still want their answers.
                if (_listener != listener) return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                NetworkStream stream = client.GetStream();
                while (await LoopbackRequest.ReadAsync(stream, _end.Token) is { } request)
                {
                    if (!await AnswerAsync(request, stream)) return;
                }
            }
            catch (Exception fault) when (fault is IOException or OperationCanceledException or SocketException)
            {
                // The client is gone, or the test is over.
            }
        }
    }

    private async Task<bool> AnswerAsync(LoopbackRequest request, NetworkStream stream)
    {
        int number = Interlocked.Increment(ref _requests), now = Interlocked.Increment(ref _underWay);
        lock (_lock)
        {
            _mostAtOnce = Math.Max(_mostAtOnce, now);
            if (KeepsRequests) Seen.Add(request with { Number = number });
        }
        try
        {
            LoopbackAnswer answer = _answer(request with { Number = number });
            if (answer.Delay > TimeSpan.Zero) await Task.Delay(answer.Delay, _end.Token);
            byte[] body = Encoding.UTF8.GetBytes(answer.Body);
            string headers = string.Concat(answer.Headers.Select(static header => $"{header.Name}: {header.Value}\r\n"));
            string head = string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {answer.Status} Said\r\nContent-Type: {answer.Type}\r\nContent-Length: {body.Length}\r\n{headers}\r\n");
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head), _end.Token);
            if (answer.Cut)
            {
                await stream.WriteAsync(body.AsMemory(0, body.Length / 2), _end.Token);
                return false;
            }
            await stream.WriteAsync(body, _end.Token);
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
