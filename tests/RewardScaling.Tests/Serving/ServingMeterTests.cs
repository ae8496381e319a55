using System.Diagnostics.Metrics;
using RewardScaling.Serving;

namespace RewardScaling.Tests.Serving;

/// <summary>The meter of what is asked of servers.</summary>
public sealed class ServingMeterTests
{
    // 40 samples of 5 prompts by requests of 4; every third answer is a 503, and one request in vain.
    [Fact]
    public async Task The_meter_says_what_the_statistics_say_under_server_and_model()
    {
        using var server = new LoopbackServer(static request => request.Number % 3 == 0 ? new("later", 503) : ToyServer.Answer(request));
        using var gone = new LoopbackServer(static _ => new("no", 404));
        using ServerConnection connection = new(Asked.Options(server)), vain = new(Asked.Options(gone) with { Model = null });
        using var heard = new Heard();
        _ = await Asked.PoolAsync(connection);
        await Assert.ThrowsAsync<ServerException>(() => Asked.PoolAsync(vain, prompts: 1, samples: 4));
        ServerStatistics said = connection.Statistics;
        string name = server.Address.Authority;
        Assert.Equal(10, heard.Sum("requests", name));
        Assert.Equal(said.Attempts - said.Requests, heard.Sum("retries", name));
        Assert.True(heard.Sum("retries", name) >= 3, $"{said}");
        Assert.Equal(said.PromptTokens, heard.Sum("prompt_tokens", name));
        Assert.Equal(said.CompletionTokens, heard.Sum("completion_tokens", name));
        Assert.Equal(240, said.CompletionTokens);
        Assert.Equal(10, heard.Of("seconds", name).Count);
        Assert.All(heard.Of("seconds", name), static seconds => Assert.InRange(seconds, 0, 20));
        Assert.Equal(0, heard.Sum("faults", name));
        // Up and down again, and in between never more than the limit.
        List<double> steps = heard.Of("in_flight", name);
        Assert.Equal(20, steps.Count);
        Assert.Equal(0, steps.Sum());
        double underWay = 0, most = 0;
        foreach (double step in steps) most = Math.Max(most, underWay += step);
        Assert.InRange(most, 1, 4);
        Assert.Equal((1, 0, 1), (heard.Sum("requests", gone.Address.Authority), heard.Sum("retries", gone.Address.Authority), heard.Sum("faults", gone.Address.Authority)));
        Assert.Empty(heard.Of("seconds", gone.Address.Authority));
        Assert.Equal(["toy"], heard.Models(name));
        Assert.Empty(heard.Models(gone.Address.Authority));
    }

    private sealed class Heard : IDisposable
    {
        private readonly MeterListener _listener = new()
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == ServingMeter.Name) listener.EnableMeasurementEvents(instrument);
            },
        };
        private readonly List<(string Instrument, string Server, string? Model, double Value)> _values = [];

        public Heard()
        {
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        public List<double> Of(string instrument, string server)
        {
            lock (_values) return [.. _values.Where(value => value.Instrument == "rewardscaling.serving." + instrument && value.Server == server).Select(static value => value.Value)];
        }

        public double Sum(string instrument, string server) => Of(instrument, server).Sum();

        public string[] Models(string server)
        {
            lock (_values) return [.. _values.Where(value => value.Server == server).Select(static value => value.Model).OfType<string>().Distinct()];
        }

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string server = "";
            string? model = null;
            foreach (var (name, said) in tags)
            {
                if (name == "server") server = (string)said!;
                if (name == "model") model = (string)said!;
            }
            lock (_values) _values.Add((instrument.Name, server, model, value));
        }
    }
}
