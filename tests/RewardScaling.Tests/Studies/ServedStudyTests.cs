using System.Text.Json;
using Microsoft.Extensions.Logging;
using RewardScaling.Cpu;
using RewardScaling.Curves;
using RewardScaling.Models;
using RewardScaling.Reports;
using RewardScaling.RewardModels;
using RewardScaling.Serving;
using RewardScaling.Studies;
using RewardScaling.Studies.Cells;
using RewardScaling.Tests.Serving;

namespace RewardScaling.Tests.Studies;

/// <summary>Studies whose plan names servers: for the policy, for gold, for a proxy.</summary>
public sealed class ServedStudyTests
{
    private const string KeyVariable = "REWARDSCALING_TEST_STUDY_KEY", Key = "sk-this-stands-in-no-file-0123";

    private static readonly string[] s_prompts = [.. Enumerable.Range(0, 20).Select(static i => $"prompt {i}:")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A plan of best-of-n that names no server.</summary>
    internal static StudyPlan Small { get; } = TinyStudy.Plan with
    {
        PromptLength = 12,
        ResponseLength = 12,
        Optimizers = [StudyOptimizer.BestOfN],
        ProxySizes = [new(4, 1, 1)],
        Comparisons = [30],
        NormalizationRollouts = 24,
        EvaluationPrompts = 6,
        PoolSize = 8,
        BestOfN = [1, 2, 4, 8],
    };

    private static StudyPlan Plan(LoopbackServer server, bool signed = false) => Small with
    {
        PolicyServer = new()
        {
            Address = server.Address,
            Model = "toy",
            Kind = ServerKind.Vllm,
            SamplesPerRequest = 4,
            RequestsAtOnce = 4,
            KeyVariable = signed ? KeyVariable : null,
        },
        GoldServer = new() { Address = server.Address, Model = "judge", Contract = ScoringContract.VllmScore, RequestsAtOnce = 3 },
        ProxyServers = [new() { Address = server.Address, Contract = ScoringContract.TeiPredict, Name = "served proxy", Template = "{prompt}{response}" }],
    };

    private static OveroptimizationStudy Study(StudyPlan plan, ILogger<OveroptimizationStudy>? logger = null) =>
        new(plan, new CpuEngine(1), prompts: PromptSource.From("20 prompts", s_prompts), logger: logger);

    [Fact]
    public async Task A_plan_with_servers_is_run_reported_and_not_asked_again()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(ToyServer.Answer);
        var log = new Written();
        string run = folder.File("run");
        Environment.SetEnvironmentVariable(KeyVariable, Key);
        StudyResult result = await Study(Plan(server, signed: true), log).RunAsync(run, cancellationToken: Token);
        result.SaveReportFiles(run);
        // The trained proxy and the served one, by best-of-n.
        Assert.Equal(2, result.Curves.Count);
        Assert.All(result.Curves, static curve => Assert.Equal(OptimizationMethod.BestOfN, curve.At.Method));
        Assert.Equal([null, "served proxy"], result.Proxies.Select(static proxy => proxy.OwnProxy));
        // Each says that its plan is not enough.
        Assert.Equal(3, result.Servers.Count);
        Assert.StartsWith($"The policy is toy behind {server.Address}, made by a server: a plan cannot name its weights", result.Servers[0], StringComparison.Ordinal);
        Assert.Contains("The server gave the same 6 samples for the same seeds", result.Servers[0], StringComparison.Ordinal);
        string report = File.ReadAllText(Path.Combine(run, "report.md"));
        Assert.All(result.Servers, sentence => Assert.Contains(sentence, report, StringComparison.Ordinal));
        Assert.Contains("not reproducible from the plan alone", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);
        // What best-of-n chose from are the toy's own samples and scores.
        using (OpenedStudy opened = StudyFor(run, server))
        {
            var pool = opened.LoadPool();
            Assert.Equal(48, pool.Rollouts.Count);
            double mean = result.Gold.Mean, deviation = result.Gold.StandardDeviation;
            double[] gold = [.. opened.LoadGoldScores()];
            for (int i = 0; i < gold.Length; i++)
                Assert.Equal((ToyServer.Score(pool.Rollouts.Prompt(i), pool.Rollouts.Response(i)) - mean) / deviation, gold[i], 1e-12);
            Assert.Equal(gold, await opened.LoadGold().ScoreAsync(pool.Rollouts, Token));
            Assert.Contains("gives no network", Assert.Throws<InvalidOperationException>(() => opened.LoadPolicy()).Message, StringComparison.Ordinal);
        }
        // A finished study asks nothing.
        int asked = server.Requests;
        StudyResult again = await Study(Plan(server, signed: true)).RunAsync(run, cancellationToken: Token);
        Assert.Equal(asked, server.Requests);
        Assert.Equal(result.Servers, again.Servers);
        // The key went to the policy's server and nowhere else.
        Assert.All(server.Seen, static request => Assert.Equal(request.Path == "/v1/completions" ? "Bearer " + Key : null, request.Headers.GetValueOrDefault("Authorization")));
        Assert.NotEmpty(server.Seen);
        foreach (string file in Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(Key, File.ReadAllText(file), StringComparison.Ordinal);
        Assert.DoesNotContain(Key, log.Text, StringComparison.Ordinal);
        Assert.Contains(KeyVariable, File.ReadAllText(Path.Combine(run, "plan.json")), StringComparison.Ordinal);
        Assert.True(server.MostAtOnce <= 4 + 3 + 16, $"{server.MostAtOnce} at once");

        static OpenedStudy StudyFor(string run, LoopbackServer server) => Study(Plan(server, signed: true)).Open(run);
    }

    // The server refuses everything after so many answers; whoever comes next asks for the rest alone, but for the few questions
    // by which it knows the models again.
    [Fact]
    public async Task A_study_stopped_anywhere_goes_on_to_the_same_numbers_and_pays_for_nothing_twice()
    {
        using var folder = new TemporaryFolder();
        int left = int.MaxValue;
        using var server = new LoopbackServer(request => Interlocked.Decrement(ref left) < 0 ? new("stopped", 418) : ToyServer.Answer(request));
        await Study(Plan(server)).RunAsync(folder.File("whole"), cancellationToken: Token);
        string[] asked = Bodies(server);
        for (int stop = 10; stop < 200; stop += 45)
        {
            lock (server.Seen) server.Seen.Clear();
            left = stop;
            string run = folder.File($"run {stop}");
            await Assert.ThrowsAsync<ServerException>(() => Study(Plan(server)).RunAsync(run, cancellationToken: Token));
            string[] first = Bodies(server);
            lock (server.Seen) server.Seen.Clear();
            left = int.MaxValue;
            await Study(Plan(server)).RunAsync(run, cancellationToken: Token);
            Assert.Equal(await Numbers(folder.File("whole")), await Numbers(run));
            // What was under way when it stopped, and what was refused, is asked for again; the questions that know a model again
            // are asked by every cell.
            string[] twice = [.. Bodies(server).Intersect(first.Take(stop)).Where(static body => !IsProbe(body))];
            Assert.True(twice.Length <= 12, $"stopped after {stop} answers, {twice.Length} were asked for twice");
        }

        static string[] Bodies(LoopbackServer server)
        {
            lock (server.Seen) return [.. server.Seen.Select(static request => request.Body)];
        }

        static bool IsProbe(string body) => body.Contains("\"top_p\":1E-06", StringComparison.Ordinal);

        static async Task<string> Numbers(string folder)
        {
            using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "study.json"), Token));
            return json.RootElement.GetProperty("curves").GetRawText();
        }
    }

    [Theory]
    [InlineData("/v1/completions", "answers otherwise than when policy-")]
    [InlineData("/score", "scores otherwise than when gold-")]
    public async Task Another_model_on_resume_is_found_out(string path, string message)
    {
        using var folder = new TemporaryFolder();
        bool other = false;
        using var server = new LoopbackServer(request => ToyServer.Answer(other && request.Path == path
            ? request with { Body = request.Body.Replace("prompt ", "another ", StringComparison.Ordinal) } : request));
        var study = Study(Plan(server));
        foreach (var kind in (StudyCellKind[])[StudyCellKind.Policy, StudyCellKind.Gold])
            await study.RunCellsAsync(folder.Path, [study.Graph.Cells.First(cell => cell.Kind == kind).Number], cancellationToken: Token);
        other = true;
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => Study(Plan(server)).RunAsync(folder.Path, cancellationToken: Token));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Contains("Start it with the model it had", fault.Message, StringComparison.Ordinal);
    }

    // A policy that is here, against a served proxy and under a served gold, by PPO too.
    [Fact]
    public async Task Ppo_of_a_policy_that_is_here_runs_against_served_reward_models()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(static request => new("{\"data\":[" + string.Join(',', JsonDocument.Parse(request.Body).RootElement
            .GetProperty("text_2").EnumerateArray().Select(static (text, i) => $"{{\"index\":{i},\"score\":{text.GetString()!.Count(static c => c is 'a' or 'e')}}}")) + "]}"));
        var judge = new RewardServer { Address = server.Address, Contract = ScoringContract.VllmScore };
        StudyPlan plan = TinyStudy.Plan with
        {
            GoldServer = judge with { Name = "vowels" },
            ProxyServers = [judge with { Model = "proxy" }],
            ProxySizes = [new(4, 1, 1)],
            Comparisons = [40],
            Ppo = TinyStudy.Plan.Ppo with { MaximumSteps = 2 },
        };
        StudyResult result = await new OveroptimizationStudy(plan, new CpuEngine(1)).RunAsync(folder.Path, cancellationToken: Token);
        Assert.Equal(2, result.Curves.Count(static curve => curve.At.Method == OptimizationMethod.ReinforcementLearning));
        StudyCurve served = result.Curves.First(static curve => curve.Proxy.OwnProxy is not null);
        // Proxy and gold are one model, but for gold's scale.
        Assert.All(served.Curve.Points, point => Assert.Equal(point.Proxy.Value / result.Gold.StandardDeviation, point.Gold.Value, 1e-9));
        Assert.Equal($"proxy behind {server.Address}", served.Proxy.OwnProxy);
        Assert.StartsWith("Gold is vowels, made by a server", result.Servers[0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_server_cannot_be_is_refused_with_the_reason()
    {
        var server = new PolicyServer { Address = new("http://127.0.0.1:1") };
        Refused(Small with { PolicyServer = server, Optimizers = [StudyOptimizer.BestOfN, StudyOptimizer.Ppo] }, "PPO needs its gradients, and a server gives none");
        Refused(Small with { PolicyServer = server, Experiments = [new() { Name = "rl", Optimizers = [StudyOptimizer.Ppo] }] }, "Experiments['rl'].Optimizers = Ppo must be BestOfN alone");
        Refused(Small with { PolicyServer = server, ProxyTrunks = [0] }, "a proxy cannot begin as its trunk");
        Refused(Small with { PolicyServer = server, OtherPolicies = [new(8, 1, 1)] }, "OtherPolicies = sizes must be none where the policy is behind a server");
        Refused(Small with { PolicyServer = server with { Temperature = 0 } }, "PolicyServer.Temperature = 0 must be positive");
        Refused(Small with { PolicyServer = server with { Address = new("http://me:secret@host") } }, "PolicyServer.Address = (not shown) must be without a name and a password");
        Refused(Small with { GoldServer = new() { Address = new("ftp://host") } }, "GoldServer.Address = (not shown)");
        Refused(Small with { ProxyServers = [new() { Address = new("http://host"), Template = "{prompt}" }] }, "ProxyServers[0].Template = '{prompt}' must be null with Plain");
        Refused(Small with { ProxyServers = [new() { Address = new("http://host") }, new() { Address = new("http://host") }] }, "proxies of different names");
        var plan = Small with { PolicyServer = server, GoldServer = new() { Address = new("http://host") } };
        Refused(plan, "the plan names the server http://host/ for gold", gold: GoldSource.From("mine", RewardModel.FromText(static text => text.Length)));
        Refused(plan, "names the server http://127.0.0.1:1/ for the policy", policy: PolicySource.FromFolder("none", new ByteTokenizer()));
        Refused(Small, "PolicySource.OfServer is for a plan that names a server", policy: PolicySource.OfServer(new ByteTokenizer()));
        Refused(plan, "give SamplingOptions.EndToken", policy: PolicySource.OfServer(new ByteTokenizer()));
        Refused(plan with { PolicyServer = server with { Chat = true } }, "A chat cannot be asked in tokens", policy: PolicySource.OfServer(new ByteTokenizer(), 0));

        static void Refused(StudyPlan plan, string reason, GoldSource? gold = null, PolicySource? policy = null)
        {
            var fault = Assert.Throws<ArgumentException>(() => new OveroptimizationStudy(plan, new CpuEngine(1), gold: gold, policy: policy, prompts: PromptSource.From("p", s_prompts)));
            Assert.Contains(reason, fault.Message, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
        }
    }

    // Whoever works with another address, model, template or temperature works on other cells; how many requests are under way, and
    // the name of a variable, change nothing.
    [Fact]
    public void What_decides_a_number_is_part_of_the_cells_and_a_plan_comes_back_from_its_document()
    {
        using var server = new LoopbackServer(ToyServer.Answer);
        StudyPlan plan = Plan(server);
        string[] cells = Names(plan);
        Assert.Equal(cells, Names(plan with
        {
            PolicyServer = plan.PolicyServer! with { RequestsAtOnce = 9, KeyVariable = KeyVariable },
            GoldServer = plan.GoldServer! with { RolloutsPerRequest = 7, Name = "other words" },
        }));
        Assert.Empty(cells.Intersect(Names(plan with { PolicyServer = plan.PolicyServer! with { Model = "other" } })));
        Assert.Empty(cells.Intersect(Names(plan with { PolicyServer = plan.PolicyServer! with { Temperature = 0.7 } })));
        Assert.Single(cells.Intersect(Names(plan with { GoldServer = plan.GoldServer! with { Model = "other" } })), static name => name.StartsWith("policy", StringComparison.Ordinal));
        string[] template = Names(plan with { ProxyServers = [plan.ProxyServers[0] with { Template = "{prompt} {response}" }] });
        Assert.DoesNotContain(cells.Intersect(template), static name => name.StartsWith("proxy-own", StringComparison.Ordinal));
        Assert.Equal(plan.ToJson(), StudyPlan.FromJson(plan.ToJson()).ToJson());
        Assert.Contains("\"keyVariable\"", StudyPlan.JsonSchema, StringComparison.Ordinal);

        static string[] Names(StudyPlan plan) => [.. Study(plan).Graph.Cells.Where(static cell => cell.Kind is not StudyCellKind.Pool and not StudyCellKind.PoolScores and not StudyCellKind.BestOfN)
            .Select(static cell => cell.Name)];
    }

    [Fact]
    public async Task By_token_a_study_has_the_models_own_tokens_and_log_probabilities()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(ToyServer.Answer);
        var study = new OveroptimizationStudy(Plan(server) with { ProxyServers = [] }, new CpuEngine(1), prompts: PromptSource.From("20 prompts", s_prompts),
            policy: PolicySource.OfServer(new ByteTokenizer()));
        StudyResult result = await study.RunAsync(folder.Path, cancellationToken: Token);
        Assert.Contains("asked by token as Vllm", result.Policy.Description, StringComparison.Ordinal);
        using OpenedStudy opened = study.Open(folder.Path);
        RewardScaling.BestOfN.RolloutPool pool = opened.LoadPool();
        // Of the toy each token has log-probability -1.
        Assert.All(Enumerable.Range(0, pool.Rollouts.Count), i => Assert.Equal(-pool.Rollouts.Tokens.Response(i).Length, pool.LogProbs![i]));
    }

    // The first texts end at once, others are long and of characters of two bytes: they are cut behind whole ones, and counted.
    [Fact]
    public async Task Texts_that_are_too_long_are_cut_behind_a_character_and_empty_ones_count()
    {
        using var folder = new TemporaryFolder();
        int number = 0;
        using var server = new LoopbackServer(request => request.Path == "/v1/completions"
            ? new("{\"choices\":[" + string.Join(',', Enumerable.Range(0, JsonDocument.Parse(request.Body).RootElement.GetProperty("n").GetInt32())
                .Select(i => $"{{\"index\":{i},\"text\":\"{new string('ä', Interlocked.Increment(ref number) % 9)}\",\"finish_reason\":\"stop\"}}")) + "]}")
            : ToyServer.Answer(request));
        StudyPlan plan = Plan(server) with { ResponseLength = 11, ProxyServers = [] };
        StudyResult result = await Study(plan).RunAsync(folder.Path, cancellationToken: Token);
        using OpenedStudy opened = Study(plan).Open(folder.Path);
        string[] texts = [.. Asked.Texts(opened.LoadPool())];
        Assert.Contains("", texts);
        Assert.Equal("äääää", texts.MaxBy(static text => text.Length));
        Assert.Matches(@"of 24 responses fill their 11 bytes, beyond which they are cut", result.Policy.Description);
        // Seeds mean nothing to this server, nor does it say the same twice.
        Assert.Contains("cannot be repeated to the sample", result.Servers[0], StringComparison.Ordinal);
        Assert.Contains("is not checked", result.Servers[0], StringComparison.Ordinal);
    }

    private sealed class Written : ILogger<OveroptimizationStudy>
    {
        private readonly List<string> _lines = [];

        public string Text
        {
            get
            {
                lock (_lines) return string.Join('\n', _lines);
            }
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines) _lines.Add(formatter(state, exception));
        }
    }
}
