using System.Text.Json;
using System.Text.Json.Nodes;
using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.Reports;
using RewardScaling.Studies;

namespace RewardScaling.Tests.Studies;

/// <summary>A study on the folders that a person has.</summary>
public sealed class FolderStudyTests(FolderStudyTests.Folders folders) : IClassFixture<FolderStudyTests.Folders>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_policy_from_a_folder_is_judged_by_gold_from_a_folder_in_other_tokens()
    {
        var result = folders.Result;
        Assert.StartsWith("the model " + folders.Policy, result.Policy.Description, StringComparison.Ordinal);
        Assert.Null(result.Policy.HeldOutLoss);
        Assert.Equal("24 prompts (24 prompts, 16 of them to train on)", result.Corpus);
        Assert.Equal($"the reward model {folders.Gold}, by way of text (64 rollouts, no text lost between the tokenizers)", result.Gold.Description);
        using var gold = new CpuEngine(1).LoadRewardModel(folders.Gold);
        Assert.Equal(gold.ParameterCount, result.Gold.Parameters);
        Assert.Equal([null, 0, 1], result.Proxies.Select(static proxy => proxy.FrozenBlocks));
        Assert.EndsWith("from the policy, 1 blocks frozen, 40 comparisons", result.Proxies[2].Label, StringComparison.Ordinal);
        Assert.Equal(6, result.Curves.Count);
        result.SaveReportFiles(folders.File("report"));
        Assert.Contains("the model " + folders.Policy, File.ReadAllText(folders.File("report/report.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_models_hash_is_written_down_and_the_model_is_not_copied()
    {
        var plan = JsonNode.Parse(File.ReadAllText(folders.File("run/plan.json")))!;
        Assert.Equal("folder " + ModelFolder.HashOf(folders.Policy), (string?)plan["policy"]);
        Assert.Equal("folder " + ModelFolder.HashOf(folders.Gold), (string?)plan["gold"]);
        Assert.Empty(Directory.GetFiles(folders.File("run/cells"), "policy-*.safetensors"));
        Assert.Empty(Directory.GetFiles(folders.File("run/cells"), "gold-*.safetensors"));
    }

    [Fact]
    public void Responses_end_at_the_end_token_and_no_prompt_is_both_trained_and_evaluated_on()
    {
        var evaluated = new ListedPrompts((TextPrompts)PromptSource.From("p", TinyFolders.Prompts), TinyFolders.PolicyTokens, TinyFolders.Plan)
            .Evaluation(RandomStream.FromSeed(9));
        string[] kept = [.. Enumerable.Range(0, evaluated.Count).Select(i => Text(evaluated.Sequence(i).ToArray()))];
        Assert.Equal(8, kept.Distinct().Count());
        int ended = 0, whole = 0;
        foreach (string line in File.ReadLines(CellFiles.Find(folders.File("run"), "comparisons", ".jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            Assert.DoesNotContain(Text(json.RootElement.GetProperty("prompt").Deserialize<int[]>()!), kept);
            foreach (string name in (string[])["chosen", "rejected"])
            {
                int[] response = json.RootElement.GetProperty(name).Deserialize<int[]>()!;
                int end = Array.IndexOf(response, TinyFolders.EndToken);
                Assert.Equal(end < 0 ? 7 : end + 1, response.Length);
                if (end < 0) whole++;
                else ended++;
            }
        }
        Assert.True(ended > 4 && whole > 4, $"{ended} ended, {whole} did not");

        static string Text(int[] tokens) => string.Join(' ', tokens);
    }

    // The trunk of the proxy is the policy's, but for the blocks that were trained.
    [Fact]
    public void Frozen_blocks_of_a_proxy_are_the_policys()
    {
        using var policy = new CpuEngine(1).LoadPolicy(folders.Policy);
        using var proxy = new CpuEngine(1).LoadRewardModel(CellFiles.Find(folders.File("run"), "proxy-trunk1-c40-s0", ".safetensors"));
        var trunk = policy.Weights().ToDictionary(static tensor => tensor.Name);
        foreach (var tensor in proxy.Weights().Where(static tensor => !tensor.Name.StartsWith("reward_head", StringComparison.Ordinal)))
        {
            bool same = trunk[tensor.Name].Values.SequenceEqual(tensor.Values);
            Assert.Equal(tensor.Name.StartsWith("embedding", StringComparison.Ordinal) || tensor.Name.StartsWith("blocks.0", StringComparison.Ordinal), same);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(6)]
    public async Task A_study_stopped_in_any_stage_goes_on_to_the_same_bits(int stage)
    {
        using var folder = new TemporaryFolder();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var study = TinyFolders.Study(new CpuEngine(2), folders.Policy, folders.Gold);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => study.RunAsync(folder.Path, new Callback(progress =>
        {
            if (progress.StageNumber == stage && (progress.Fraction > 0.3 || stage < 4)) stop.Cancel();
        }), stop.Token));
        await study.RunAsync(folder.Path, cancellationToken: Token);
        string[] names = [.. Directory.GetFiles(folders.File("run/cells")).Select(Path.GetFileName)
            .Where(static name => Path.GetExtension(name) is not ".json")!];
        // Three proxies, three runs of PPO and their metrics, the comparisons, the pool, four lists of scores and three of estimates.
        Assert.Equal(18, names.Length);
        foreach (string name in names)
            Assert.True(File.ReadAllBytes(folders.File("run/cells/" + name)).AsSpan().SequenceEqual(File.ReadAllBytes(folder.File("cells/" + name))), name);
    }

    [Fact]
    public void A_folder_may_move_and_one_that_changed_gives_other_cells()
    {
        using var folder = new TemporaryFolder();
        string policy = TinyFolders.WritePolicy(folder.File("policy"));
        string[] names = Names(policy);
        Directory.Move(policy, folder.File("moved"));
        Assert.Equal(names, Names(folder.File("moved")));
        TinyFolders.WritePolicy(policy, seed: 5);
        Assert.Empty(names.Intersect(Names(policy)));

        string[] Names(string path) => [.. TinyFolders.Study(new CpuEngine(1), path, folders.Gold).Graph.Cells.Select(static cell => cell.Name)];
    }

    public static TheoryData<string, string> Contradictions => new()
    {
        { "context", "reads 16 tokens; prompts of 5 and responses of 12 need 17. Make responses shorter" },
        { "gold context", "reads 11 tokens; prompts of 5 and responses of 7 need 12, a token of gold's counted for each of the policy's" },
        { "vocabulary", "has a vocabulary of 128 and its tokenizer one of 256" },
        { "gold vocabulary", "has a vocabulary of 256 and the policy's tokenizer one of 128" },
        { "long prompt", "24 prompts: prompts[3] (\"dddd\") has 4 tokens; there is room for 3" },
        { "few prompts", "24 prompts has 24 different prompts; the plan evaluates on 23 and needs 2 or more besides" },
        { "no prompts", "A policy from a folder brings no corpus whose windows could be prompts" },
        { "other tokens", "was read with another tokenizer" },
        { "end token", "The end token 128 is not in the vocabulary" },
        { "frozen", "ProxyTrunks names 3 frozen blocks; the policy has 2." },
        { "policy as gold", "holds a language model without score.weight" },
        { "gold as policy", "holds a classifier of sequences" },
        { "file", "is a file; a model folder is a folder with config.json" },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void What_contradicts_is_said_before_work_begins(string what, string message)
    {
        var plan = TinyFolders.Plan;
        var policy = PolicySource.FromFolder(folders.Policy, TinyFolders.PolicyTokens, TinyFolders.EndToken);
        var gold = GoldSource.FromFolder(folders.Gold, TinyFolders.GoldTokens);
        var prompts = PromptSource.From("24 prompts", TinyFolders.Prompts);
        Corpus? corpus = null;
        switch (what)
        {
            case "context": plan = plan with { ResponseLength = 12 }; break;
            case "gold context": gold = GoldSource.FromFolder(TinyFolders.WriteGold(folders.File("short"), context: 11), TinyFolders.GoldTokens); break;
            case "vocabulary": policy = PolicySource.FromFolder(folders.Policy, TinyFolders.GoldTokens); break;
            case "gold vocabulary": gold = GoldSource.FromFolder(folders.Gold); break;
            case "long prompt": plan = plan with { PromptLength = 3 }; break;
            case "few prompts": plan = plan with { EvaluationPrompts = 23 }; break;
            case "no prompts": prompts = PromptSource.Corpus; break;
            case "other tokens": corpus = TextCorpus.FromText(new('a', 2000), "letters"); break;
            case "end token": policy = PolicySource.FromFolder(folders.Policy, TinyFolders.PolicyTokens, 128); break;
            case "frozen": plan = plan with { ProxyTrunks = [3] }; break;
            case "policy as gold": gold = GoldSource.FromFolder(folders.Policy); break;
            case "gold as policy": policy = PolicySource.FromFolder(folders.Gold, TinyFolders.GoldTokens); break;
            case "file": policy = PolicySource.FromFolder(Path.Combine(folders.Policy, "config.json"), TinyFolders.PolicyTokens); break;
        }
        var fault = Record.Exception(() => new OveroptimizationStudy(plan, new CpuEngine(1), corpus, gold, policy, prompts));
        Assert.True(fault is ArgumentException or InvalidDataException, $"{fault}");
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    // One prompt more than half of whose comparisons are held out with it: more are drawn until enough are left.
    [Fact]
    public async Task Few_prompts_still_leave_as_many_comparisons_as_the_plan_says()
    {
        using var folder = new TemporaryFolder();
        var result = await new OveroptimizationStudy(TinyFolders.Plan with { ProxyTrunks = [], EvaluationPrompts = 22 }, new CpuEngine(1),
            policy: PolicySource.FromFolder(folders.Policy, TinyFolders.PolicyTokens),
            prompts: PromptSource.From("24 prompts", TinyFolders.Prompts)).RunAsync(folder.Path, cancellationToken: Token);
        Assert.True(result.Proxies[0].HeldOut.Comparisons > 20, $"{result.Proxies[0].HeldOut}");
        Assert.True(File.ReadLines(CellFiles.Find(folder.Path, "comparisons", ".jsonl")).Count() >= 40 + result.Proxies[0].HeldOut.Comparisons);
    }

    // Windows of a corpus in the policy's own tokens are prompts too.
    [Fact]
    public async Task A_corpus_read_with_the_policys_tokenizer_gives_prompts_as_well()
    {
        using var folder = new TemporaryFolder();
        var corpus = TextCorpus.FromText(string.Concat(Enumerable.Range(0, 400).Select(static i => $"{i} letters ")), "letters", TinyFolders.PolicyTokens);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new OveroptimizationStudy(TinyFolders.Plan, new CpuEngine(1), corpus,
            policy: PolicySource.FromFolder(folders.Policy, TinyFolders.PolicyTokens)).RunAsync(folder.Path, new Callback(progress =>
        {
            if (progress.StageNumber == 4) stop.Cancel();
        }), stop.Token));
        Assert.All(File.ReadLines(CellFiles.Find(folder.Path, "comparisons", ".jsonl")), static line =>
            Assert.Equal(5, JsonNode.Parse(line)!["prompt"]!.AsArray().Count));
    }

    /// <summary>The two folders, and one finished study of them.</summary>
    public sealed class Folders : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();

        public StudyResult Result { get; private set; } = null!;

        public string Policy => _folder.File("a policy");

        public string Gold => _folder.File("a gold");

        public string File(string name) => _folder.File(name);

        public async ValueTask InitializeAsync()
        {
            TinyFolders.WritePolicy(Policy);
            TinyFolders.WriteGold(Gold);
            Result = await TinyFolders.Study(new CpuEngine(1), Policy, Gold).RunAsync(File("run"));
        }

        public ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return default;
        }
    }

    private sealed class Callback(Action<StudyProgress> report) : IProgress<StudyProgress>
    {
        public void Report(StudyProgress value) => report(value);
    }
}
