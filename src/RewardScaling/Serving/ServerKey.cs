using System.Net.Http.Headers;

namespace RewardScaling.Serving;

/// <summary>Where a key comes from, and the only place that sees one.</summary>
internal sealed class ServerKey(ServerOptions options)
{
    private const string Hidden = "***";

    private string _last = "";

    /// <summary>What messages say of the key.</summary>
    public string Source => options.Key is not null ? "the key that ServerOptions.Key gave"
        : options.KeyVariable is { } variable ? $"the key in the environment variable {variable}"
        : "no key (ServerOptions.KeyVariable names the environment variable that holds one)";

    /// <summary>Puts the key on a request.</summary>
    /// <exception cref="ServerException">There is none where one was named, or it has characters that no key has.</exception>
    public async ValueTask SignAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (options is { Key: null, KeyVariable: null }) return;
        string? key = options.Key is { } give ? await give(cancellationToken).ConfigureAwait(false)
            : Environment.GetEnvironmentVariable(options.KeyVariable!);
        key = key?.Trim() ?? "";
        if (key.Length == 0) throw new ServerException($"For {options} there is no key: {Source} is empty. Set it, or leave it out for a server that wants none.");
        // A header would show it in its own message.
        if (key.Any(static c => c is <= ' ' or > '~')) throw new ServerException($"For {options}: {Source} has a space or a character that is no plain letter, digit or sign.");
        Volatile.Write(ref _last, key);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>A text of the server without the key, should it have sent it back.</summary>
    public string Without(string text) => Volatile.Read(ref _last) is { Length: > 0 } key
        ? text.Replace(key, Hidden, StringComparison.Ordinal) : text;
}
