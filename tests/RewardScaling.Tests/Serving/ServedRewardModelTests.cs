using RewardScaling.Models;
using RewardScaling.RewardModels;
using RewardScaling.Serving;

namespace RewardScaling.Tests.Serving;

/// <summary>Reward models behind servers: every contract, its faults, and scores that are paid for once.</summary>
public sealed class ServedRewardModelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ScoringContract.Plain)]
    [InlineData(ScoringContract.VllmScore)]
    [InlineData(ScoringContract.VllmClassify)]
    [InlineData(ScoringContract.VllmPooling)]
    [InlineData(ScoringContract.TeiPredict)]
    public async Task Every_contract_gives_each_rollout_its_score(ScoringContract contract)
    {
        using var server = new LoopbackServer(ToyServer.Answer);
        using var connection = new ServerConnection(Asked.Options(server));
        Rollouts rollouts = Given(20);
        double[] scores = await new ServedRewardModel(connection, new() { Contract = contract, RolloutsPerRequest = 3 }).ScoreAsync(rollouts, Token);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => ToyServer.Score(rollouts.Prompt(i), rollouts.Response(i))), scores);
        Assert.Equal(7, server.Requests);
        Assert.True(server.MostAtOnce <= 4, $"{server.MostAtOnce} at once");
    }

    [Theory]
    [InlineData(ScoringContract.Plain, """{"scores":[{"id":"0","score":1}]}""", "answered another rollout: the id '0' is none of those asked")]
    [InlineData(ScoringContract.Plain, """{"scores":[]}""", "gave 0 entries in 'scores' where 1 were asked for")]
    [InlineData(ScoringContract.VllmScore, """{"data":[{"index":0,"score":null}]}""", "gave no score for rollout 0 of 1 (prompt \"prompt 0:\", response \"answer 0\")")]
    [InlineData(ScoringContract.VllmScore, """{"data":[{"index":1,"score":1}]}""", "gave index 1 in 'data', where 1 were asked for")]
    [InlineData(ScoringContract.VllmScore, """{"data":[{"index":0,"score":NaN}]}""", "gave NaN, which no JSON holds, instead of JSON")]
    [InlineData(ScoringContract.VllmScore, """{"data":[{"index":0,"score":1e999}]}""", "which is no finite number")]
    [InlineData(ScoringContract.VllmScore, """<!DOCTYPE html><p>Sign in</p>""", "gave a page of HTML instead of JSON")]
    [InlineData(ScoringContract.VllmClassify, """{"data":[{"index":0,"probs":[0.1,0.9]}]}""", "gave 2 numbers for rollout 0 of 1 (prompt \"prompt 0:\", response \"answer 0\"); say which label counts")]
    [InlineData(ScoringContract.VllmPooling, """{"data":[{"index":0,"data":[0.1,0.2,0.3]}]}""", "(is it an embedding?)")]
    [InlineData(ScoringContract.TeiPredict, """[[{"score":1,"label":"a"},{"score":2,"label":"b"}]]""", "gave 2 labels for rollout 0 of 1")]
    [InlineData(ScoringContract.TeiPredict, """[[{"score":1,"label":"a"}],[{"score":1,"label":"a"}]]""", "gave 2 predictions where 1 were asked for")]
    public async Task An_answer_that_is_none_names_server_prompt_and_response(ScoringContract contract, string answer, string what)
    {
        using var server = new LoopbackServer(_ => new(answer));
        using var connection = new ServerConnection(Asked.Options(server));
        var model = new ServedRewardModel(connection, new() { Contract = contract });
        var fault = await Assert.ThrowsAsync<ServerException>(() => model.ScoreAsync(Given(1), Token).AsTask());
        Assert.Contains($"The server {server.Address}", fault.Message, StringComparison.Ordinal);
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
        Assert.Contains("Asked for: the score of rollout 0 of 1 (prompt \"prompt 0:\", response \"answer 0\").", fault.Message, StringComparison.Ordinal);
        Assert.Equal(3, server.Requests);
    }

    [Theory]
    [InlineData(ScoringContract.VllmClassify, """{"data":[{"index":0,"probs":[0.25,0.75]}]}""", "1", 0.75)]
    [InlineData(ScoringContract.TeiPredict, """[[{"score":2,"label":"good"},{"score":-1,"label":"bad"}]]""", "bad", -1)]
    public async Task A_label_is_chosen_by_name_or_number(ScoringContract contract, string answer, string label, double expected)
    {
        using var server = new LoopbackServer(_ => new(answer));
        using var connection = new ServerConnection(Asked.Options(server));
        Assert.Equal(expected, Assert.Single(await new ServedRewardModel(connection, new() { Contract = contract, Label = label }).ScoreAsync(Given(1), Token)));
    }

    [Fact]
    public async Task A_score_is_asked_for_once_at_once_and_ever_after()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(ToyServer.Answer);
        using var connection = new ServerConnection(Asked.Options(server));
        var model = new ServedRewardModel(connection, new() { Contract = ScoringContract.VllmScore, RolloutsPerRequest = 1 });
        Rollouts rollouts = Given(20);
        double[] expected = await model.ScoreAsync(rollouts, Token);
        Assert.Equal(20, server.Requests);
        using (var cached = new CachedRewardModel(model, "toy 1", folder.File("scores")))
        {
            double[][] all = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => cached.ScoreAsync(rollouts, Token).AsTask()));
            Assert.All(all, scores => Assert.Equal(expected, scores));
            Assert.Equal((40, 20, 100), (server.Requests, cached.Count, cached.Found));
        }
        // What a dead process began to write is no score.
        File.AppendAllText(folder.File("scores"), "0123456789abcdef0123456789abcdef 0.1");
        using (var cached = new CachedRewardModel(model, "toy 1", folder.File("scores")))
        {
            Assert.Equal(expected, await cached.ScoreAsync(rollouts, Token));
            Assert.Equal(40, server.Requests);
            Assert.Throws<IOException>(() => new CachedRewardModel(model, "toy 1", folder.File("scores")));
        }
        // Another model's scores are others.
        using var other = new CachedRewardModel(model, "toy 2", folder.File("scores"));
        await other.ScoreAsync(Given(1), Token);
        Assert.Equal((41, 21), (server.Requests, other.Count));
    }

    [Fact]
    public async Task Who_waited_for_a_question_that_failed_asks_himself()
    {
        using var folder = new TemporaryFolder();
        var first = new TaskCompletionSource();
        int calls = 0;
        IRewardModel model = RewardModel.FromRemote(async (rollout, _) =>
        {
            if (Interlocked.Increment(ref calls) > 1) return 1;
            await first.Task;
            throw new ServerException("no");
        });
        using var cached = new CachedRewardModel(model, "one", folder.File("scores"));
        Task<double[]> failing = cached.ScoreAsync(Given(1), Token).AsTask(), waiting = cached.ScoreAsync(Given(1), Token).AsTask();
        first.SetResult();
        await Assert.ThrowsAsync<ServerException>(() => failing);
        Assert.Equal(1, Assert.Single(await waiting));
    }

    [Fact]
    public void A_damaged_file_of_scores_names_its_line()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("scores"), "0123456789abcdef0123456789abcdef 0.1\nhello\n");
        var fault = Assert.Throws<InvalidDataException>(() => new CachedRewardModel(RewardModel.FromText(static _ => 0), "a", folder.File("scores")));
        Assert.Contains("scores, line 2: this is no score", fault.Message, StringComparison.Ordinal);
    }

    internal static Rollouts Given(int count)
    {
        var tokenizer = new ByteTokenizer();
        return new(new([.. Enumerable.Range(0, count).Select(i =>
        {
            int[] prompt = tokenizer.Encode($"prompt {i}:"), response = tokenizer.Encode($"answer {i}");
            return new TokenSequence((int[])[.. prompt, .. response], prompt.Length);
        })]), tokenizer);
    }
}
