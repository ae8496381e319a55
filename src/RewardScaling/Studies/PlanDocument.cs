using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using RewardScaling.Divergence;
using RewardScaling.Numerics;
using RewardScaling.Ppo;

namespace RewardScaling.Studies;

/// <summary>Plans as documents, both ways.</summary>
internal static class PlanDocument
{
    private const string SchemaMember = "$schema";

    /// <summary>The schema, made from the types themselves.</summary>
    public static string Schema => field ??= MakeSchema().ToJsonString(new(StudyJson.Default.Options));

    /// <summary>The plan with every default.</summary>
    public static string Write(StudyPlan plan) => JsonSerializer.Serialize(plan, StudyJson.Default.StudyPlan);

    /// <summary>Reads a plan.</summary>
    /// <param name="json">The document.</param>
    /// <param name="name">What messages call it.</param>
    public static StudyPlan Read(string json, string name)
    {
        ArgumentNullException.ThrowIfNull(json);
        StudyPlan plan;
        try
        {
            // Editors find the schema by a member that is no part of the plan.
            var tree = JsonNode.Parse(json, documentOptions: new()
            {
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true
            });
            if (tree is JsonObject document) document.Remove(SchemaMember);
            PlanDefaults.Fill(tree, StudyJson.Default.StudyPlan);
            plan = tree.Deserialize(StudyJson.Default.StudyPlan) ?? throw new JsonException("it says null");
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            string where = fault is JsonException { Path: { } path } && !fault.Message.Contains(path, StringComparison.Ordinal)
                ? $" (at {path})" : "";
            throw new InvalidDataException($"{name} is no plan of a study: {Excerpt.Of(fault)}{where} rewardscaling plan prints one whole.", fault);
        }
        plan.Validate();
        return plan;
    }

    private static JsonNode MakeSchema()
    {
        var options = new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            // What has a converter of its own says nothing of its shape.
            TransformSchemaNode = static (context, node) =>
                context.TypeInfo.Type == typeof(KlNats) ? Nats(new JsonArray("number"))
                : context.TypeInfo.Type == typeof(KlNats?) ? Nats(new JsonArray("number", "null"))
                : context.TypeInfo.Type == typeof(KlController) ? JsonNode.Parse("""
                    {"anyOf":[{"const":"fixed"},{"type":"object","properties":{"target":{"type":"number"},"horizon":{"type":"number"}},"additionalProperties":false}]}
                    """)!
                : node,
        };
        var schema = StudyJson.Default.StudyPlan.GetJsonSchemaAsNode(options);
        if (schema is JsonObject root)
        {
            root.Insert(0, SchemaMember, "https://json-schema.org/draft/2020-12/schema");
            if (root["properties"] is JsonObject properties) properties.Insert(0, SchemaMember, new JsonObject { ["type"] = "string" });
        }
        return schema;

        static JsonObject Nats(JsonArray types) => new() { ["type"] = types, ["minimum"] = 0, ["description"] = "nats per sequence" };
    }
}
