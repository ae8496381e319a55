using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using RewardScaling.Divergence;
using RewardScaling.Models;
using RewardScaling.Ppo;
using RewardScaling.Studies;

namespace RewardScaling.Tests.Studies;

/// <summary>A plan is a document, both ways.</summary>
public sealed class PlanDocumentTests
{
    private static readonly StudyPlan s_everything = TinyStudy.Plan with
    {
        Name = "everything",
        StudySeeds = 2,
        OtherPolicies = [new(24, 1, 2)],
        ProxyTrunks = [0],
        LabelNoise = [0, 0.25],
        Ensembles = [new(EnsembleKind.UncertaintyWeighted, 3, 0.5)],
        Optimizers = [StudyOptimizer.Ppo],
        KlPenalties = [new(0.05), new(0.1, KlPlacement.Loss)],
        PolicySeeds = 2,
        KeepPolicies = new() { GoldPeak = true, LastBelow = new KlNats(3) },
        TeacherTaste = null,
        Ppo = TinyStudy.Plan.Ppo with
        {
            KlCoefficient = 0.01,
            KlController = new AdaptiveKlController { Target = new(3), Horizon = 500 },
            StepKlLimit = double.PositiveInfinity,
        },
        Experiments = [new() { Name = "iterated", Rounds = new() { Count = 3, Reference = RoundReference.Previous }, LabelNoise = [0] }],
    };

    public static TheoryData<string> Plans => ["quick", "quick-text", "full", "full-text", "everything"];

    private static StudyPlan Plan(string name) => name switch
    {
        "quick" => StudyPlan.Quick,
        "quick-text" => StudyPlan.QuickText,
        "full" => StudyPlan.Full,
        "full-text" => StudyPlan.FullText,
        _ => s_everything,
    };

    [Theory]
    [MemberData(nameof(Plans))]
    public void A_plan_comes_back_as_it_was_written(string name)
    {
        string json = Plan(name).ToJson();
        var read = StudyPlan.FromJson(json);
        Assert.Equal(json, read.ToJson());
        Assert.Equal(Plan(name).Ppo, read.Ppo);
        Assert.Equal(Plan(name).TeacherTaste, read.TeacherTaste);
        Assert.Equal(Plan(name).KeepPolicies, read.KeepPolicies);
    }

    // Of every object of the document each member that need not be there is left out in turn.
    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var plan = TinyStudy.Plan with
        {
            Ppo = new() { MaximumSteps = 5 },
            Pretraining = new() { Steps = 3 },
            ProxyTraining = new(),
            PpoRolloutsPerPrompt = 2,
            PpoSchedule = new() { MaximumStepsBetween = 100 },
            LanguageSharpness = 2,
            NormalizationRollouts = 4096,
            Experiments = [new() { Name = "rounds", Rounds = new() { Count = 2 } }],
        };
        string whole = plan.ToJson();
        var bare = new JsonObject
        {
            ["name"] = plan.Name,
            ["promptLength"] = plan.PromptLength,
            ["responseLength"] = plan.ResponseLength,
            ["pretraining"] = new JsonObject { ["steps"] = 3 },
            ["proxyTraining"] = new JsonObject(),
            ["evaluationPrompts"] = plan.EvaluationPrompts,
            ["poolSize"] = plan.PoolSize,
            ["ppo"] = new JsonObject { ["maximumSteps"] = 5 },
            ["experiments"] = new JsonArray(new JsonObject { ["name"] = "rounds", ["rounds"] = new JsonObject { ["count"] = 2 } }),
        };
        foreach (string member in new[] { "policy", "gold", "proxySizes", "comparisons", "bestOfN" }) bare[member] = JsonNode.Parse(whole)![member]!.DeepClone();
        Assert.Equal(whole, StudyPlan.FromJson(bare.ToJsonString()).ToJson());
        int tried = 0;
        LeaveOut(JsonNode.Parse(whole)!, whole, ref tried);
        Assert.InRange(tried, 60, 1000);

        static void LeaveOut(JsonNode node, string whole, ref int tried)
        {
            if (node is JsonArray list)
            {
                foreach (var item in list.OfType<JsonNode>()) LeaveOut(item, whole, ref tried);
                return;
            }
            if (node is not JsonObject members) return;
            foreach (string name in members.Select(static member => member.Key).ToArray())
            {
                if (members[name] is { } child) LeaveOut(child, whole, ref tried);
                var value = members[name]?.DeepClone();
                members.Remove(name);
                // What must be there is missed by name; whatever else is read is a whole plan.
                try
                {
                    _ = StudyPlan.FromJson(node.Root.ToJsonString()).ToJson();
                    tried++;
                }
                catch (InvalidDataException fault)
                {
                    Assert.Contains($"'{name}'", fault.Message, StringComparison.Ordinal);
                }
                members[name] = value;
            }
        }
    }

    [Fact]
    public void Every_default_is_written_and_infinities_too()
    {
        var json = JsonNode.Parse(StudyPlan.Quick.ToJson())!;
        Assert.Equal("Infinity", (string?)json["ppo"]!["dualClip"]);
        Assert.Equal(0.95, (double)json["ppo"]!["lambda"]!);
        Assert.Equal("fixed", (string?)json["ppo"]!["klController"]);
        Assert.Equal(45, (double)json["ppo"]!["klBudget"]!);
        Assert.Equal(1, (int)json["studySeeds"]!);
        Assert.Equal(0.9, (double)json["pretraining"]!["optimizer"]!["beta1"]!);
    }

    // Whatever a plan may hold that has members with defaults, so that the next type is not forgotten.
    [Fact]
    public void Every_type_with_defaults_has_them_filled_in()
    {
        var seen = new HashSet<Type>();
        Walk(StudyJson.Default.StudyPlan);
        Assert.Contains(typeof(AdamWOptions), seen);
        Assert.All(seen.Where(static type => type.GetConstructor(Type.EmptyTypes) is not null), static type => Assert.Contains(type, PlanDefaults.Types));

        void Walk(JsonTypeInfo type)
        {
            if (type.ElementType is { } element) Walk(type.Options.GetTypeInfo(element));
            if (type.Kind != JsonTypeInfoKind.Object || !seen.Add(type.Type)) return;
            foreach (var member in type.Properties) Walk(type.Options.GetTypeInfo(member.PropertyType));
        }
    }

    // Generated code gives members that can only be set when an object is made the zero of their type.
    [Fact]
    public void What_a_document_leaves_out_is_the_default_at_every_depth()
    {
        var read = StudyPlan.FromJson("""
            { "name": "short", "promptLength": 4, "responseLength": 12, "policy": { "width": 16, "layers": 1, "heads": 2 }, "pretraining": { "steps": 40, "optimizer": { "beta1": 0.8 } },
              "gold": { "width": 16, "layers": 1, "heads": 2 }, "proxySizes": [{ "width": 4, "layers": 1, "heads": 1 }], "comparisons": [40], "proxyTraining": { "learningRate": { "peak": 0.001 } },
              "evaluationPrompts": 8, "poolSize": 16, "bestOfN": [1, 4, 16], "ppo": { "maximumSteps": 6, "klController": { "target": 3, "horizon": 500 }, "klCoefficient": 0.1 },
              "teacherTaste": { "weight": 2 }, "keepPolicies": { "goldPeak": true }, "experiments": [{ "name": "iterated", "rounds": { "count": 3 } }] }
            """);
        var written = new StudyPlan
        {
            Name = "short",
            PromptLength = 4,
            ResponseLength = 12,
            Policy = new(16, 1, 2),
            Pretraining = new() { Steps = 40, Optimizer = new() { Beta1 = 0.8 } },
            Gold = new(16, 1, 2),
            ProxySizes = [new(4, 1, 1)],
            Comparisons = [40],
            ProxyTraining = new() { LearningRate = new() { Peak = 0.001 } },
            EvaluationPrompts = 8,
            PoolSize = 16,
            BestOfN = [1, 4, 16],
            Ppo = new() { MaximumSteps = 6, KlCoefficient = 0.1, KlController = new AdaptiveKlController { Target = new KlNats(3), Horizon = 500 } },
            TeacherTaste = new() { Weight = 2 },
            KeepPolicies = new() { GoldPeak = true },
            Experiments = [new() { Name = "iterated", Rounds = new() { Count = 3 } }],
        };
        Assert.Equal(written.ToJson(), read.ToJson());
        Assert.True(read.Experiments[0].SingleProxies);
    }

    [Theory]
    [InlineData("\"poolSize\": 16", "\"poolsize\": 16", "poolsize")]
    [InlineData("\"poolSize\": 16", "\"poolSize\": \"many\"", "poolSize")]
    [InlineData("\"name\": \"everything\",", "", "name")]
    [InlineData("\"klBudget\": 20", "\"klBudget\": -20", "klBudget")]
    [InlineData("\"target\": 3", "\"aim\": 3", "aim")]
    [InlineData("\"kind\": \"UncertaintyWeighted\"", "\"kind\": \"Best\"", "kind")]
    public void What_is_no_plan_is_refused_with_the_place_where_it_is_none(string found, string replaced, string named)
    {
        string json = s_everything.ToJson();
        Assert.Contains(found, json, StringComparison.Ordinal);
        string message = Assert.Throws<InvalidDataException>(() => StudyPlan.FromJson(json.Replace(found, replaced, StringComparison.Ordinal))).Message;
        Assert.Contains(named, message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_plan_that_cannot_be_carried_out_is_refused_as_one()
    {
        string message = Assert.Throws<ArgumentException>(() => StudyPlan.FromJson((TinyStudy.Plan with { PoolSize = 8, LabelNoise = [0.9] }).ToJson())).Message;
        Assert.Contains("BestOfN[4] = 16 must be in [1, PoolSize = 8]", message, StringComparison.Ordinal);
        Assert.Contains("LabelNoise[0] = 0.9 must be in [0, 0.5]", message, StringComparison.Ordinal);
    }

    // Whatever a plan writes the schema knows, and it asks for what a plan must have.
    [Fact]
    public void The_schema_names_every_member()
    {
        var schema = JsonNode.Parse(StudyPlan.JsonSchema)!;
        var properties = schema["properties"]!.AsObject();
        foreach (var member in JsonNode.Parse(s_everything.ToJson())!.AsObject()) Assert.True(properties.ContainsKey(member.Key), member.Key);
        string[] required = [.. schema["required"]!.AsArray().Select(static name => (string)name!)];
        Assert.Contains("policy", required);
        Assert.DoesNotContain("studySeeds", required);
        var withSchema = JsonNode.Parse(TinyStudy.Plan.ToJson())!.AsObject();
        withSchema["$schema"] = "plan.schema.json";
        Assert.Equal(TinyStudy.Plan.ToJson(), StudyPlan.FromJson(withSchema.ToJsonString()).ToJson());
    }
}
