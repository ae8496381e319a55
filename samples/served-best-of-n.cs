#:project ../src/RewardScaling/RewardScaling.csproj
// Best-of-n against a server, and the curve. Killed and started again it goes on where it was.
//   dotnet run samples/served-best-of-n.cs [http://127.0.0.1:8000 [model]]     without an address: a toy server in this process
using System.Net;
using System.Text.Json;
using RewardScaling.BestOfN;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.Reports;
using RewardScaling.RewardModels;
using RewardScaling.Serving;

string address = args.Length > 0 ? args[0] : ToyServer();
// With KeyVariable = "OPENAI_API_KEY" requests are signed by the key in that environment variable.
using var server = new ServerConnection(new() { Address = new(address), Model = args.Length > 1 ? args[1] : null });
// Say whose server it is (Kind), and it is asked in its own words: top-k, tokens, log-probabilities.
var policy = ServedPolicy.OfText(server, new() { MaxTokens = 48 });

// Your reward models go here: ServedRewardModel, a judge (RewardScaling.ExtensionsAI), or a function of the text.
IRewardModel proxy = RewardModel.FromText(static text => text.Split(' ').Length);
IRewardModel gold = RewardModel.FromText(static text => text.Split(' ').Distinct().Count() - 0.02 * text.Length);

TokenBatch prompts = Prompts.Encode(["Once upon a time", "The sea was", "In the dream I", "Nobody knew why"], new ByteTokenizer(), 1000);
var collector = new SampleCollector(policy, new ByteTokenizer(), new() { ResponseLength = 4000 }, proxy, gold,
    new() { Name = $"{(args.Length > 0 ? server : "toy")}, words against different words", SamplesPerPrompt = 32 });
SampleCollection samples = await collector.CollectAsync("served-best-of-n", prompts, RandomStream.FromSeed(1),
    new Progress<CollectionProgress>(static progress => Console.WriteLine(progress)));
Console.WriteLine(samples);
Console.WriteLine(server.Statistics);

var curve = BestOfNCurve.From(samples.Prompts, n: [1, 2, 4, 8, 16, 32]);
foreach (var point in curve.Points) Console.WriteLine($"KL {point.Kl.Value:F2} nats: proxy {point.Proxy}, gold {point.Gold}");
CurveFigure.Of(curve).Save("served-best-of-n/curve.svg");
Console.WriteLine("Figure: served-best-of-n/curve.svg. The page: rewardscaling analyse served-best-of-n/samples.jsonl");

// Enough of OpenAI's completions to be asked: words that follow from the seed.
static string ToyServer()
{
    var listener = new HttpListener { Prefixes = { "http://127.0.0.1:8723/" } };
    listener.Start();
    _ = Task.Run(async () =>
    {
        while (await listener.GetContextAsync() is { } call)
        {
            JsonElement asked = (await JsonDocument.ParseAsync(call.Request.InputStream)).RootElement;
            RandomStream seed = RandomStream.FromSeed(asked.GetProperty("seed").GetUInt64());
            string Said(int i) => string.Concat(Enumerable.Range(1, 3 + seed.Fork(i).Below(0, 30)).Select(w => $" w{seed.Fork(i).Below((ulong)w, 12)}"));
            using var answer = new StreamWriter(call.Response.OutputStream);
            answer.Write($$"""{"choices":[{{string.Join(',', Enumerable.Range(0, asked.GetProperty("n").GetInt32()).Select(i =>
                $$"""{"index":{{i}},"text":"{{Said(i)}}","finish_reason":"stop"}"""))}}]}""");
        }
    });
    return "http://127.0.0.1:8723";
}

// Prints: 128 samples of 4 prompts
// Prints: ^KL 2\.5
// Prints: ^Figure: served-best-of-n/curve\.svg
