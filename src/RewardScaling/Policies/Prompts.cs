using System.Text;
using System.Text.Json;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;

namespace RewardScaling.Policies;

/// <summary>Prompts as text: from files and from preferences, and to tokens.</summary>
/// <example>
/// <code>
/// TokenBatch asked = Prompts.Encode(Prompts.Read("prompts.txt"), tokenizer, longest: 96);
/// </code>
/// </example>
public static class Prompts
{
    /// <summary>
    /// Reads a file: JSON lines if its first character is {, each with the prompt in one field (a preference file is such a
    /// file), else one prompt on each line. A prompt that stands in the file more than once is taken once, at its first place;
    /// blank lines are none.
    /// </summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <param name="field">The field of JSON lines that holds the prompt.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file has no prompt or is not UTF-8, or a line is not JSON or lacks the field.
    /// The message begins with "path, line 17:".</exception>
    public static IReadOnlyList<string> Read(string path, string field = "prompt")
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(field);
        if (Directory.Exists(path)) throw new InvalidDataException($"{path} is a folder; prompts are one text file.");
        if (!File.Exists(path)) throw new FileNotFoundException($"The file of prompts {path} does not exist.", path);
        var prompts = new List<string>();
        bool? json = null;
        int number = 0;
        try
        {
            using var reader = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
            while (reader.ReadLine() is { } line)
            {
                number++;
                if (string.IsNullOrWhiteSpace(line)) continue;
                json ??= line.TrimStart()[0] == '{';
                prompts.Add(json.Value ? Field(line, field, $"{path}, line {number}") : line);
            }
        }
        catch (DecoderFallbackException fault)
        {
            throw new InvalidDataException($"{path} is not UTF-8 text (after line {number}); convert it to UTF-8.", fault);
        }
        if (prompts.Count == 0)
            throw new InvalidDataException($"{path} has no prompt; it needs one on each line, or JSON lines {{\"{field}\": \"..\"}}.");
        return [.. prompts.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The different prompts of some preferences, in the order they first stand there.</summary>
    /// <param name="preferences">The preferences.</param>
    public static IReadOnlyList<string> Of(IEnumerable<Preference> preferences)
    {
        ArgumentNullException.ThrowIfNull(preferences);
        return [.. preferences.Select(static preference => preference.Prompt).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Prompts as tokens, each as long as it is: nothing is padded and nothing cut.</summary>
    /// <param name="prompts">The prompts, at least one.</param>
    /// <param name="tokenizer">Text to tokens; with what the model expects before a text
    /// (<see cref="ITokenizer.EncodePrompt"/>).</param>
    /// <param name="longest">The most tokens a prompt may have, at least 1: the policy's context less the length of a
    /// response.</param>
    /// <exception cref="ArgumentException">There is no prompt, or one without a token or with too many; the message names
    /// it.</exception>
    public static TokenBatch Encode(IReadOnlyList<string> prompts, ITokenizer tokenizer, int longest)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(tokenizer);
        Guard.Positive(longest);
        if (prompts.Count == 0) throw new ArgumentException("prompts is empty; there is nothing to encode.", nameof(prompts));
        var sequences = new TokenSequence[prompts.Count];
        for (int i = 0; i < sequences.Length; i++)
        {
            int[] tokens = tokenizer.EncodePrompt(prompts[i]);
            if (tokens.Length == 0) throw new ArgumentException(FormattableString.Invariant($"prompts[{i}] has no token."), nameof(prompts));
            if (tokens.Length > longest)
            {
                throw new ArgumentException(FormattableString.Invariant(
                    $"prompts[{i}] ({PromptExcerpt.Of(prompts[i])}) has {tokens.Length} tokens; there is room for {longest}. Leave it out, or make responses shorter."),
                    nameof(prompts));
            }
            sequences[i] = new(tokens, tokens.Length);
        }
        return new(sequences);
    }

    private static string Field(string line, string field, string place)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new InvalidDataException($"{place}: the line must be an object with the field \"{field}\".");
            if (!document.RootElement.TryGetProperty(field, out JsonElement value))
                throw new InvalidDataException($"{place}: the field \"{field}\" is missing.");
            if (value.ValueKind != JsonValueKind.String)
                throw new InvalidDataException($"{place}: the field \"{field}\" must be a text (a conversation must be made one text first).");
            return value.GetString() is { Length: > 0 } text ? text : throw new InvalidDataException($"{place}: the field \"{field}\" is empty.");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{place}: this is not JSON, as the file's first line is (at byte {fault.BytePositionInLine ?? 0}).", fault);
        }
        catch (InvalidOperationException fault)
        {
            throw new InvalidDataException($"{place}: the field \"{field}\" holds half of a surrogate pair, which is not text.", fault);
        }
    }
}
