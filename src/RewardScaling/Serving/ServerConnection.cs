using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace RewardScaling.Serving;

/// <summary>
/// A server that is asked by JSON over HTTP: so many requests at once and never more, each sent again until it is answered or
/// known to be in vain. Policies, reward models and scorers of one server share one connection, and with it the limit.
/// </summary>
/// <remarks>
/// Sent again are requests that did not arrive, whose answer was cut or took too long, and those answered 408, 425, 429 or 5xx;
/// a few times also those whose answer is none. Retry-After is obeyed, by all requests of the connection. Redirects are not
/// followed, cookies not kept, and no proxy is used that was not given. Safe for several threads.
/// </remarks>
public sealed class ServerConnection : IDisposable
{
    private const int LargestAnswer = 256 << 20, Shown = 200;

    private readonly HttpClient _client;
    private readonly SemaphoreSlim _places;
    private readonly ServerKey _key;
    private readonly RetryDelays _delays;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly string _root;
    private readonly TagList _tags;
    private long _requests, _attempts, _wrong, _promptTokens, _completionTokens;
    private int _underWay, _mostAtOnce;

    /// <summary>A connection; nothing is sent yet.</summary>
    /// <param name="options">Where the server is and how it is asked.</param>
    /// <param name="clock">What delays and time-outs are measured by; null for the system's.</param>
    /// <param name="logger">Told of every request that is sent again; null for nobody.</param>
    /// <exception cref="ArgumentException">Options that cannot be followed.</exception>
    public ServerConnection(ServerOptions options, TimeProvider? clock = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (Options, _clock, _logger) = (options, clock ?? TimeProvider.System, logger ?? NullLogger.Instance);
        _key = new(options);
        _tags = ServingMeter.Tags(options);
        _delays = new(options, _clock);
        _places = new(options.RequestsAtOnce);
        string address = options.Address.AbsoluteUri.TrimEnd('/');
        _root = address.EndsWith("/v1", StringComparison.Ordinal) ? address[..^3] : address;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = options.Proxy is not null,
            Proxy = options.Proxy,
            AutomaticDecompression = DecompressionMethods.All,
            MaxConnectionsPerServer = options.RequestsAtOnce,
            PooledConnectionLifetime = TimeSpan.FromMinutes(15),
        };
        _client = new(handler) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    }

    /// <summary>Where the server is and how it is asked.</summary>
    public ServerOptions Options { get; }

    /// <summary>What was done so far.</summary>
    public ServerStatistics Statistics => new(Volatile.Read(ref _requests), Volatile.Read(ref _attempts),
        Volatile.Read(ref _wrong),
        Volatile.Read(ref _mostAtOnce), Volatile.Read(ref _promptTokens), Volatile.Read(ref _completionTokens));

    /// <summary>Ends the connection and what is under way on it.</summary>
    public void Dispose() => _client.Dispose();

    /// <summary>The address and the model.</summary>
    public override string ToString() => Options.ToString();

    /// <summary>Asks until there is an answer.</summary>
    /// <typeparam name="T">What the answer means.</typeparam>
    /// <param name="path">Behind the address, such as "/v1/completions"; empty for the address itself.</param>
    /// <param name="body">Writes the request.</param>
    /// <param name="read">Reads the answer; a <see cref="WrongAnswerException"/> where it is none.</param>
    /// <param name="asked">What was asked, for messages: prompt and samples.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ServerException">There is no answer to be had.</exception>
    internal async ValueTask<T> PostAsync<T>(
        string path, Action<Utf8JsonWriter> body, Func<JsonElement, T> read, Func<string> asked,
            CancellationToken cancellationToken)
    {
        var content = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(content)) body(writer);
        var uri = new Uri(path.Length == 0 ? Options.Address.AbsoluteUri : _root + path);
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        long start = _clock.GetTimestamp();
        bool answered = false;
        ServingMeter.Begin(_tags);
        try
        {
            NoteUnderWay(Interlocked.Increment(ref _underWay));
            long request = Interlocked.Increment(ref _requests);
            for (int attempt = 1, wrong = 0; ; attempt++)
            {
                await _delays.WaitAsync(cancellationToken).ConfigureAwait(false);
                Interlocked.Increment(ref _attempts);
                Failure failure;
                try
                {
                    T answer = await AttemptAsync(uri, content.WrittenMemory, read, cancellationToken).ConfigureAwait(false);
                    answered = true;
                    return answer;
                }
                catch (FailureException fault)
                {
                    failure = fault.Failure;
                }
                if (failure.IsWrong)
                {
                    wrong++;
                    Interlocked.Increment(ref _wrong);
                    ServingMeter.Wrong(_tags);
                }
                bool vain = !failure.MayPass || attempt >= Options.Attempts || wrong >= Options.WrongAnswers
                    || failure.Wait > Options.LongestRetryAfter;
                string times = attempt == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" (asked {attempt} times)");
                string what = _key.Without(failure.What);
                if (vain) throw new ServerException($"The server {uri} {what}{times}. Asked for: {asked()}.{failure.Remedy}", failure.Inner);
                ServingMeter.Again(_tags);
                TimeSpan delay = _delays.After(request, attempt);
                if (failure.Wait is { } wait) _delays.Quiet(wait);
                _logger.LogWarning("The server {Server} {What}; request {Request} is sent again in {Seconds:F1} s at the soonest.", uri, what, request, delay.TotalSeconds);
                await Task.Delay(delay, _clock, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
            ServingMeter.End(_clock.GetElapsedTime(start), answered, _tags);
            _places.Release();
        }
    }

    private async ValueTask<T> AttemptAsync<T>(Uri uri, ReadOnlyMemory<byte> content, Func<JsonElement, T> read,
        CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Options.Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = new ReadOnlyMemoryContent(content) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Accept.Add(new("application/json"));
        try
        {
            await _key.SignAsync(request, either.Token).ConfigureAwait(false);
            using HttpResponseMessage response = await _client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            byte[] bytes = await WholeAsync(response, either.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK) throw new FailureException(Refusal(response, bytes));
            JsonElement answer;
            try
            {
                using JsonDocument document = JsonDocument.Parse(bytes);
                answer = document.RootElement.Clone();
            }
            catch (JsonException fault)
            {
                throw new WrongAnswerException($"gave {Kind(bytes)} instead of JSON: {Excerpt(bytes)}", fault);
            }
            T result = read(answer);
            NoteUsage(answer);
            return result;
        }
        catch (WrongAnswerException fault)
        {
            throw new FailureException(new(fault.Message) { MayPass = true, IsWrong = true, Inner = fault.InnerException });
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FailureException(new(string.Create(CultureInfo.InvariantCulture, $"gave no whole answer within {Options.Timeout.TotalSeconds:G4} s (ServerOptions.Timeout)")) { MayPass = true, Inner = fault });
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            // A name that does not exist or a certificate that is not right seldom mends itself.
            bool lasting = fault.InnerException is AuthenticationException
                || (fault as HttpRequestException)?.HttpRequestError is HttpRequestError.NameResolutionError
                    or HttpRequestError.SecureConnectionError;
            throw new FailureException(new($"cannot be reached or ended the answer early ({fault.Message.TrimEnd('.')})") { MayPass = true, IsWrong = lasting, Inner = fault });
        }
    }

    private static async ValueTask<byte[]> WholeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var whole = new MemoryStream();
        Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[1 << 16];
        for (int count; (count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            whole.Write(buffer, 0, count);
            if (whole.Length > LargestAnswer) throw new WrongAnswerException($"gave an answer of more than {LargestAnswer >> 20} MiB");
        }
        return whole.ToArray();
    }

    private Failure Refusal(HttpResponseMessage response, byte[] bytes)
    {
        int status = (int)response.StatusCode;
        string said = bytes.Length > 0 ? $": {Excerpt(bytes)}" : "";
        if (status is >= 300 and < 400)
        {
            string where = response.Headers.Location is { IsAbsoluteUri: true } to ? $" to {to.Scheme}://{to.Authority}" : "";
            return new(string.Create(CultureInfo.InvariantCulture, $"answered {status}, a redirect{where}, which is not followed")) { Remedy = " Give that address if it is meant." };
        }
        string what = string.Create(CultureInfo.InvariantCulture, $"answered {status} {response.ReasonPhrase}{said}");
        return status switch
        {
            401 or 403 => new(what) { Remedy = $" It was asked with {_key.Source}." },
            404 => new(what) { Remedy = " Is the address right, and does this server have that path and that model?" },
            408 or 425 or 429 or >= 500 => new(what) { MayPass = true, Wait = _delays.Asked(response.Headers.RetryAfter) },
            _ => new(what),
        };
    }

    private void NoteUnderWay(int underWay)
    {
        int most;
        while ((most = Volatile.Read(ref _mostAtOnce)) < underWay)
            if (Interlocked.CompareExchange(ref _mostAtOnce, underWay, most) == most) return;
    }

    private void NoteUsage(JsonElement answer)
    {
        (string read, string written) = ("prompt_tokens", "completion_tokens");
        JsonElement usage = answer.Member("usage") ?? answer;
        if (usage.ValueKind == JsonValueKind.Array && usage.GetArrayLength() > 0) usage = usage[0];
        if (usage.Member("tokens_evaluated") is not null) (read, written) = ("tokens_evaluated", "tokens_predicted");
        long promptTokens = 0, completionTokens = 0;
        if (usage.Member(read) is { } prompt && prompt.TryGetInt64(out long tokens)) promptTokens = tokens;
        foreach (JsonElement part in answer.ValueKind == JsonValueKind.Array ? answer.EnumerateArray().ToArray() : [usage])
            if (part.Member(written) is { } completion && completion.TryGetInt64(out tokens)) completionTokens += tokens;
        Interlocked.Add(ref _promptTokens, promptTokens);
        Interlocked.Add(ref _completionTokens, completionTokens);
        ServingMeter.Tokens(promptTokens, completionTokens, _tags);
    }

    private static string Kind(ReadOnlySpan<byte> bytes) => bytes.TrimStart(" \t\r\n"u8) switch
    {
        [] => "nothing",
        [(byte)'<', ..] => "a page of HTML",
        [(byte)'{' or (byte)'[', ..] when bytes.IndexOf("NaN"u8) >= 0 => "NaN, which no JSON holds,",
        _ => "something",
    };

    // Without the key before it is cut, so that no part of one is left at the end.
    private string Excerpt(ReadOnlySpan<byte> bytes)
    {
        string said = _key.Without(Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 1 << 16)]));
        string text = said.ReplaceLineEndings(" ").Trim();
        return text.Length > Shown ? text[..Shown] + ".." : text;
    }

    /// <summary>Why an attempt gave nothing; <see cref="What"/> reads on from "The server .. ".</summary>
    private sealed record Failure(string What)
    {
        public bool MayPass { get; init; }

        public bool IsWrong { get; init; }

        public TimeSpan? Wait { get; init; }

        public string Remedy { get; init; } = "";

        public Exception? Inner { get; init; }
    }

    private sealed class FailureException(Failure failure) : Exception
    {
        public Failure Failure { get; } = failure;
    }
}
