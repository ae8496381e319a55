using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace RewardScaling.Numerics;

/// <summary>Writes and reads the document of an <see cref="Artifact{T}"/>, a <see cref="SealedJson"/>.</summary>
internal static class ArtifactFile
{
    /// <summary>Writes a document, whole or not at all. The files it holds lie there already.</summary>
    /// <param name="path">The document; its folder exists.</param>
    /// <param name="artifact">What was made.</param>
    /// <param name="type">How its value is written.</param>
    /// <returns>The artifact with its hash.</returns>
    /// <exception cref="IOException">It cannot be written; the message names it.</exception>
    public static Artifact<T> Write<T>(string path, Artifact<T> artifact, JsonTypeInfo<T> type)
    {
        var kept = artifact with { Hash = HashOf(artifact, type) };
        SealedJson.Write(path, Json(type.Options.WriteIndented, json =>
        {
            json.WriteString("hash", kept.Hash);
            WriteCore(json, kept, type);
            json.WritePropertyName("madeBy");
            JsonSerializer.Serialize(json, [.. kept.MadeBy], ArtifactJson.Default.StringArray);
            json.WriteNumber("seconds", kept.Seconds);
        }));
        return kept;
    }

    /// <summary>Reads a document and checks every bit of it, not yet the files it holds.</summary>
    /// <param name="path">The document.</param>
    /// <param name="name">The name it must have.</param>
    /// <param name="type">How its value is read.</param>
    /// <param name="remedy">What to do about a fault, for messages: "delete it to make it again".</param>
    /// <exception cref="InvalidDataException">It is damaged, of another build or of another name; the message names
    /// it.</exception>
    public static Artifact<T> Read<T>(string path, string name, JsonTypeInfo<T> type, string remedy) where T : class
    {
        var json = SealedJson.Read(path, remedy);
        try
        {
            var document = JsonSerializer.Deserialize(json.Span, ArtifactJson.Default.ArtifactDocument)
                ?? throw new JsonException("it says null");
            if (document.Name != name) throw new InvalidDataException($"{path} is '{Excerpt.Of(document.Name)}' and not '{name}'; {remedy}.");
            return new(name, document.Value.Deserialize(type) ?? throw new JsonException("its value is null"))
            {
                Parents = document.Parents,
                Files = document.Files,
                MadeBy = document.MadeBy,
                Seconds = document.Seconds,
                Hash = document.Hash,
            };
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path} is damaged or of another version ({Excerpt.Of(fault)}); {remedy}.", fault);
        }
    }

    private static string HashOf<T>(Artifact<T> artifact, JsonTypeInfo<T> type) =>
        Convert.ToHexStringLower(SHA256.HashData(Json(indented: false, json => WriteCore(json, artifact, type)).Span));

    private static void WriteCore<T>(Utf8JsonWriter json, Artifact<T> artifact, JsonTypeInfo<T> type)
    {
        json.WriteString("name", artifact.Name);
        WriteHashes("parents", artifact.Parents);
        WriteHashes("files", artifact.Files);
        json.WritePropertyName("value");
        JsonSerializer.Serialize(json, artifact.Value, type);

        void WriteHashes(string member, IReadOnlyDictionary<string, string> hashes)
        {
            json.WriteStartObject(member);
            foreach (var (name, hash) in hashes.OrderBy(static entry => entry.Key, StringComparer.Ordinal))
                json.WriteString(name, hash);
            json.WriteEndObject();
        }
    }

    private static ReadOnlyMemory<byte> Json(bool indented, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new() { Indented = indented, NewLine = "\n" }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }
}

internal sealed record ArtifactDocument(
    string Hash, string Name, IReadOnlyDictionary<string, string> Parents, IReadOnlyDictionary<string, string> Files,
    JsonElement Value, IReadOnlyList<string> MadeBy, double Seconds);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ArtifactDocument))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ArtifactJson : JsonSerializerContext;
