using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RewardScaling.BestOfN;
using RewardScaling.Serving;
using RewardScaling.Tests.Ppo;

namespace RewardScaling.Tests.Serving;

/// <summary>Servers that fail: what may be asked for again is, what may not is a fault with all names in it.</summary>
public sealed class ServerConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Faults => ["500", "429", "cut", "slow", "malformed", "empty", "html", "counts", "duplicates", "nan", "abort"];

    // Every second answer is bad in one way; the pool is that of a server that is never bad.
    [Theory, MemberData(nameof(Faults))]
    public async Task A_pool_is_the_same_whatever_every_second_answer_is(string fault)
    {
        using var good = new LoopbackServer(ToyServer.Answer);
        using var bad = new LoopbackServer(request => request.Number % 2 == 1 ? Spoilt(fault, request) : ToyServer.Answer(request));
        using ServerConnection first = new(Asked.Options(good)),
            second = new(Asked.Options(bad) with { Timeout = TimeSpan.FromSeconds(fault == "slow" ? 0.2 : 20), WrongAnswers = 12 });
        RolloutPool expected = await Asked.PoolAsync(first), pool = await Asked.PoolAsync(second);
        Assert.Equal(Asked.Texts(expected), Asked.Texts(pool));
        Assert.Equal(expected.LogProbs, pool.LogProbs);
        Assert.Equal(10, second.Statistics.Requests);
        Assert.True(second.Statistics.Attempts > 10, $"{second.Statistics}");
        // A request that was given up is none any more, though this server does not know it yet.
        Assert.True((fault == "slow" || bad.MostAtOnce <= 4) && second.Statistics.MostAtOnce <= 4, $"{bad.MostAtOnce} at once");
    }

    [Fact]
    public async Task A_server_that_dies_and_comes_back_loses_nothing()
    {
        using var server = new LoopbackServer(ToyServer.Answer);
        using var dying = new LoopbackServer(ToyServer.Answer);
        using ServerConnection first = new(Asked.Options(server)), second = new(Asked.Options(dying) with { Attempts = 1000, WrongAnswers = 1 });
        RolloutPool expected = await Asked.PoolAsync(first);
        dying.Stop();
        Task<RolloutPool> pool = Asked.PoolAsync(second);
        await Eventually.IsAsync(() => second.Statistics.Attempts >= 8, pool);
        dying.Start();
        Assert.Equal(Asked.Texts(expected), Asked.Texts(await pool));
    }

    [Fact]
    public async Task Retry_After_is_obeyed_by_every_request()
    {
        var clock = new HandClock();
        bool busy = true;
        using var server = new LoopbackServer(request => busy ? new("later", 429) { Headers = [("Retry-After", "30")] } : ToyServer.Answer(request));
        using var connection = new ServerConnection(Asked.Options(server), clock);
        Task<RolloutPool> pool = Asked.PoolAsync(connection);
        await Eventually.IsAsync(() => server.Requests >= 4, pool);
        busy = false;
        // The delays of the four that were refused pass, the half minute does not.
        for (int i = 0; i < 20; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(2, Token);
        }
        Assert.Equal(4, server.Requests);
        // By this clock a request may take 20 s: of this machine's time that is 2 s and more.
        clock.Advance(TimeSpan.FromSeconds(10));
        await Eventually.IsAsync(() => pool.IsCompleted, between: () => clock.Advance(TimeSpan.FromMilliseconds(20)));
        Assert.Equal(40, (await pool).Rollouts.Count);
    }

    [Fact]
    public async Task A_longer_Retry_After_than_anybody_waits_is_a_fault()
    {
        using var server = new LoopbackServer(static _ => new("later", 503) { Headers = [("Retry-After", "3600")] });
        using var connection = new ServerConnection(Asked.Options(server) with { LongestRetryAfter = TimeSpan.FromMinutes(1) });
        var fault = await Assert.ThrowsAsync<ServerException>(() => Asked.PoolAsync(connection, prompts: 1));
        Assert.Contains("answered 503", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("html", "gave a page of HTML instead of JSON")]
    [InlineData("counts", "gave 3 samples where 4 were asked for")]
    [InlineData("duplicates", "gave index 0 in 'choices' twice")]
    [InlineData("nan", "gave NaN, which no JSON holds, instead of JSON")]
    [InlineData("abort", "ended a sample by 'abort'")]
    [InlineData("400", "answered 400")]
    public async Task What_stays_wrong_is_a_fault_that_names_server_prompt_and_samples(string fault, string what)
    {
        using var server = new LoopbackServer(request => Spoilt(fault, request));
        using var connection = new ServerConnection(Asked.Options(server));
        var thrown = await Assert.ThrowsAsync<ServerException>(() => Asked.PoolAsync(connection, prompts: 1));
        Assert.Contains($"The server {server.Address}v1/completions {what}", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("4 samples (numbers ", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("\"prompt 0:\"", thrown.Message, StringComparison.Ordinal);
        Assert.True(server.Requests <= (fault == "400" ? 2 : 6), $"{server.Requests} requests");
    }

    // The server sends the key back in every way it can; it is nowhere in what comes out.
    [Theory]
    [InlineData(401), InlineData(403), InlineData(500), InlineData(200)]
    public async Task A_key_is_sent_and_is_in_no_message_and_no_log(int status)
    {
        const string Key = "sk-0123456789-secret";
        var log = new Journal();
        using var server = new LoopbackServer(request => new(new string('x', 190) + "you sent " + request.Headers["Authorization"], status));
        ServerOptions options = Asked.Options(server) with { Attempts = 2, WrongAnswers = 2, Key = static _ => ValueTask.FromResult<string?>(Key) };
        using var connection = new ServerConnection(options, logger: log);
        var fault = await Assert.ThrowsAsync<ServerException>(() => Asked.PoolAsync(connection, prompts: 1, samples: 4));
        Assert.Equal("Bearer " + Key, server.Seen[0].Headers["Authorization"]);
        string said = string.Join('\n', log.Warnings.Append(fault.ToString()).Append(options.ToString()).Append(connection.ToString()).Append($"{connection.Statistics}"));
        for (int length = 6; length <= Key.Length; length++) Assert.DoesNotContain(Key[..length], said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_a_fault_before_anything_is_sent()
    {
        using var server = new LoopbackServer(ToyServer.Answer);
        using var connection = new ServerConnection(Asked.Options(server) with { KeyVariable = "REWARDSCALING_TEST_NO_SUCH_KEY" });
        var fault = await Assert.ThrowsAsync<ServerException>(() => Asked.PoolAsync(connection, prompts: 1));
        Assert.Contains("REWARDSCALING_TEST_NO_SUCH_KEY is empty", fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        using var elsewhere = new LoopbackServer(ToyServer.Answer);
        using var server = new LoopbackServer(_ => new("", 307) { Headers = [("Location", $"{elsewhere.Address}v1/completions?key=hidden")] });
        using var connection = new ServerConnection(Asked.Options(server));
        var fault = await Assert.ThrowsAsync<ServerException>(() => Asked.PoolAsync(connection, prompts: 1));
        Assert.Contains($"answered 307, a redirect to http://127.0.0.1:{elsewhere.Port}, which is not followed", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, elsewhere.Requests);
    }

    [Fact]
    public async Task Nothing_goes_through_a_proxy_of_the_environment()
    {
        using var proxy = new LoopbackServer(ToyServer.Answer);
        using var server = new LoopbackServer(ToyServer.Answer);
        IWebProxy before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new WebProxy(proxy.Address) { BypassProxyOnLocal = false };
        try
        {
            using var connection = new ServerConnection(Asked.Options(server));
            await Asked.PoolAsync(connection, prompts: 1);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
        Assert.Equal(0, proxy.Requests);
    }

    [Fact]
    public async Task Cancelling_ends_the_waiting_at_once()
    {
        using var server = new LoopbackServer(static _ => new("", 503) { Headers = [("Retry-After", "300")] });
        using var connection = new ServerConnection(Asked.Options(server));
        using var cancel = new CancellationTokenSource();
        var policy = ServedPolicy.OfText(connection, Asked.Vllm);
        Task asked = policy.CompleteAsync(new[] { 65 }, 1, Asked.Sampling, 0, cancel.Token).AsTask();
        await Eventually.IsAsync(() => server.Requests > 0, asked);
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Theory]
    [InlineData("ftp://host", "http://")]
    [InlineData("http://user:secret@host", "without a name and a password")]
    [InlineData("http://host/?api-key=secret", "without a query")]
    public void An_address_holds_no_key(string address, string what)
    {
        var fault = Assert.Throws<ArgumentException>(() => new ServerConnection(new() { Address = new(address) }));
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_fault_that_says_so()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var connection = new ServerConnection(new() { Address = new($"http://127.0.0.1:{port}/v1"), Attempts = 3, FirstDelay = TimeSpan.FromMilliseconds(1) });
        var fault = await Assert.ThrowsAsync<ServerException>(() => Asked.PoolAsync(connection, prompts: 1));
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"The server http://127.0.0.1:{port}/v1/completions cannot be reached"), fault.Message, StringComparison.Ordinal);
        Assert.Contains("(asked 3 times)", fault.Message, StringComparison.Ordinal);
    }

    private static LoopbackAnswer Spoilt(string fault, LoopbackRequest request)
    {
        LoopbackAnswer good = ToyServer.Answer(request);
        return fault switch
        {
            "500" => new("oh", 500),
            "429" => new("slower", 429) { Headers = [("Retry-After", "0")] },
            "400" => new("{\"error\":\"no\"}", 400),
            "cut" => good with { Cut = true },
            "slow" => good with { Delay = TimeSpan.FromSeconds(1) },
            "malformed" => good with { Body = good.Body[..^5] },
            "empty" => good with { Body = "" },
            "html" => new("<html>Bad gateway</html>") { Type = "text/html" },
            "counts" => ToyServer.Answer(request with { Body = request.Body.Replace("\"n\":4", "\"n\":3", StringComparison.Ordinal) }),
            "duplicates" => good with { Body = good.Body.Replace("\"index\":3", "\"index\":0", StringComparison.Ordinal) },
            "nan" => good with { Body = good.Body.Replace("-1.0", "NaN", StringComparison.Ordinal) },
            "abort" => good with { Body = good.Body.Replace("\"length\"", "\"abort\"", StringComparison.Ordinal) },
            _ => throw new ArgumentException(fault),
        };
    }
}
