#:project ../src/RewardScaling/RewardScaling.csproj
#:package Microsoft.Extensions.Hosting
#:package OpenTelemetry.Exporter.InMemory
#:package OpenTelemetry.Extensions.Hosting
// In a service: engine and trainer from the container, options from the configuration, logs and metrics to the host.
//   dotnet run samples/hosting.cs
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.Ppo;
using RewardScaling.RewardModels;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Configuration.AddInMemoryCollection([new("Ppo:Steps", "8"), new("Ppo:LearningRate", "0.001")]);   // appsettings.json in yours
builder.Services.AddSingleton<IEngine>(_ => new CpuEngine(Environment.ProcessorCount));
builder.Services.AddSingleton(services =>
{
    IConfigurationSection section = services.GetRequiredService<IConfiguration>().GetSection("Ppo");
    var options = new PpoOptions
    {
        MaximumSteps = int.Parse(section["Steps"]!),
        LearningRate = double.Parse(section["LearningRate"]!, System.Globalization.CultureInfo.InvariantCulture),
        RolloutsPerStep = 32,
    };
    options.Validate();                          // at once, with every fault named
    return options;
});
builder.Services.AddSingleton<PpoTrainer>();   // takes its ILogger<PpoTrainer> from the host
var metrics = new List<Metric>();
builder.Services.AddOpenTelemetry().WithMetrics(meters => meters.AddMeter(PpoMeter.Name).AddInMemoryExporter(metrics));
using IHost host = builder.Build();
await host.StartAsync();

RandomStream stream = RandomStream.FromSeed(1);
var language = new SyntheticLanguage(stream.Fork("language"), letters: 12);
using ITrainablePolicy policy = host.Services.GetRequiredService<IEngine>().CreatePolicy(
    new() { Vocabulary = 12, Context = 12, Width = 16, Layers = 1, Heads = 2 }, stream.Fork("policy"));
IRewardModel model = RewardModel.FromText(response => response.Count(c => c == 'a'));
using PpoResult result = await host.Services.GetRequiredService<PpoTrainer>().TrainAsync(
    new() { InitialPolicy = policy, Proxy = model, Tokenizer = language.Tokenizer, ResponseLength = 8, Label = "hosted",
        Prompts = draw => new(language.TrainingWindow(4, draw), promptLength: 4) },
    new() { Gold = model, Prompts = language.Prompts(32, 4, stream.Fork("evaluation")) }, stream.Fork("ppo"));

host.Services.GetRequiredService<MeterProvider>().ForceFlush();
Console.WriteLine(result);
Console.WriteLine($"Metrics: {string.Join(", ", metrics.Select(metric => metric.Name).Distinct().Order())}");

// Prints: ^Metrics: .*rewardscaling\.ppo\.kl_nats.*rewardscaling\.ppo\.steps
