using System.Buffers;
using System.Text;
using RewardScaling.Models;

namespace RewardScaling.HuggingFace;

/// <summary>
/// A tokenizer as language models bring it along, in a file <c>tokenizer.json</c>: byte-level BPE (GPT-2, GPT-NeoX, Llama 3,
/// Qwen2), BPE with byte fallback (Llama 2, Mistral, Gemma) or Unigram (T5), with added tokens, normalizers and decoders. Tokens
/// and texts are those of the library <c>tokenizers</c>.
/// </summary>
/// <remarks>
/// Immutable, and safe for several threads. Neither truncates nor pads, whatever the file says of that. What a text loses: a
/// normalizer may change it (NFC, spaces), an unknown token stands for many texts, and special tokens are no text.
/// </remarks>
/// <example>
/// <code>
/// HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.FromFile("models/llama");
/// TokenBatch prompts = Prompts.Encode(["The capital of France is"], tokenizer, longest: 64);
/// </code>
/// </example>
public sealed class HuggingFaceTokenizer : ITokenizer
{
    private const int LongestMessage = 1000;

    private readonly TokenizerParts _parts;
    private readonly AddedTokenFinder _raw, _normalized;
    private readonly string?[] _texts;
    private readonly HashSet<int> _special;

    private HuggingFaceTokenizer(TokenizerParts parts, int? vocabularySize)
    {
        _parts = parts;
        int size = 1 + parts.Model.Vocabulary.Values.Concat(parts.Added.Select(static added => added.Id))
            .Concat(parts.Before).Concat(parts.Behind).DefaultIfEmpty(-1).Max();
        if (vocabularySize < size)
            throw new InvalidDataException($"the tokenizer has {size} tokens, more than the vocabulary of {vocabularySize} it is to serve");
        VocabularySize = vocabularySize ?? size;
        _texts = new string?[size];
        foreach (var (text, token) in parts.Model.Vocabulary) _texts[token] = text;
        foreach (AddedToken added in parts.Added) _texts[added.Id] = added.Content;
        _special = [.. parts.Added.Where(static added => added.Special).Select(static added => added.Id)];
        ILookup<bool, AddedToken> byKind = parts.Added.ToLookup(static added => added.Normalized);
        _raw = new(byKind[false].Select(static added => (added.Content, added)));
        _normalized = new(byKind[true].Select(added =>
            (parts.Normalizer?.Normalize(added.Content, prefix: true) ?? added.Content, added)));
    }

    /// <summary>How many different tokens there are: one more than the largest, or as many as the reader of the file was
    /// told.</summary>
    public int VocabularySize { get; }

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="path">A file <c>tokenizer.json</c>, or a folder that has one.</param>
    /// <param name="vocabularySize">The vocabulary of the model it serves, which may be larger than the tokenizer's: tokens
    /// without a text then decode to nothing. Null for the tokenizer's own.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not a tokenizer, or asks for something that is not supported, such as
    /// the model WordPiece; the message names the file, the place in it and what is supported.</exception>
    public static HuggingFaceTokenizer FromFile(string path, int? vocabularySize = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string file = Directory.Exists(path) ? Path.Combine(path, "tokenizer.json") : path;
        if (!File.Exists(file))
        {
            string folder = file == path ? "" : $"; the folder holds no tokenizer.json{OtherKinds(path)}";
            throw new FileNotFoundException($"The tokenizer {path} does not exist{folder}.", file);
        }
        try
        {
            using FileStream stream = File.OpenRead(file);
            return new(TokenizerFile.Read(stream), vocabularySize);
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException($"{file}: {Short(fault.Message)}.", fault);
        }
        catch (InvalidOperationException fault)
        {
            // JsonElement refuses names and texts that are no UTF-8, or hold half a surrogate pair, only when they are read.
            throw new InvalidDataException($"{file}: a name or a text in it is not valid Unicode; download the file again.", fault);
        }
    }

    // A message may quote a text of the file, of any length.
    private static string Short(string message) => message.Length <= LongestMessage ? message : message[..LongestMessage] + "…";

    /// <summary>The tokens of a text, and nothing else.</summary>
    /// <param name="text">The text; every surrogate of it in a pair. Special tokens that stand in it (&lt;/s&gt;) become those
    /// tokens.</param>
    /// <exception cref="ArgumentException">The text has half a surrogate pair, or a character that the vocabulary has no token
    /// for.</exception>
    public int[] Encode(string text) => [.. Tokens(text, prefix: true)];

    /// <summary>The tokens of a text with those that the file's template puts around it: what the model was trained on.</summary>
    /// <param name="text">As for <see cref="Encode"/>.</param>
    public int[] EncodeInTemplate(string text) => [.. _parts.Before, .. Tokens(text, prefix: true), .. _parts.Behind];

    /// <summary>The tokens of a prompt: with those that the file's template puts before a text (a beginning), for a response
    /// follows.</summary>
    /// <param name="text">As for <see cref="Encode"/>.</param>
    public int[] EncodePrompt(string text) => [.. _parts.Before, .. Tokens(text, prefix: true)];

    /// <summary>The tokens of a text that goes on from another: no mark of a first word is put before it.</summary>
    /// <param name="text">As for <see cref="Encode"/>.</param>
    public int[] EncodeContinuation(string text) => [.. Tokens(text, prefix: false)];

    /// <summary>The text of some tokens without the special ones; bytes that are no UTF-8 show the replacement character
    /// U+FFFD.</summary>
    /// <param name="tokens">Tokens in [0, <see cref="VocabularySize"/>); those that the file does not know are nothing.</param>
    /// <exception cref="ArgumentException">A token outside the vocabulary; the message says where.</exception>
    public string Decode(ReadOnlySpan<int> tokens) => Text(tokens, special: false, prefix: true);

    /// <summary>The text of some tokens with the special ones spelled out, such as &lt;/s&gt;.</summary>
    /// <param name="tokens">As for <see cref="Decode"/>.</param>
    public string DecodeWithSpecial(ReadOnlySpan<int> tokens) => Text(tokens, special: true, prefix: true);

    /// <summary>The text of tokens that go on from others: a first word keeps its space.</summary>
    /// <param name="tokens">As for <see cref="Decode"/>.</param>
    public string DecodeContinuation(ReadOnlySpan<int> tokens) => Text(tokens, special: false, prefix: false);

    /// <summary>The token of a text as the vocabulary spells it (Ġthe, ▁the, &lt;/s&gt;), or null.</summary>
    /// <param name="token">The text of one token.</param>
    public int? Find(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        int added = Array.IndexOf(_texts, token);
        return added < 0 ? null : added;
    }

    /// <summary>Whether a token is special: no text, but a beginning, an end, padding.</summary>
    /// <param name="token">The token.</param>
    public bool IsSpecial(int token) => _special.Contains(token);

    /// <summary>What it is.</summary>
    public override string ToString() => FormattableString.Invariant($"{VocabularySize} tokens of a tokenizer.json");

    private List<int> Tokens(string text, bool prefix)
    {
        ArgumentNullException.ThrowIfNull(text);
        RequireText(text);
        var tokens = new List<int>(text.Length / 3 + 4);
        _raw.Cut(text, Normalized, added => tokens.Add(added.Id));
        return tokens;

        void Normalized(int start, int end)
        {
            string stretch = start == 0 && end == text.Length ? text : text[start..end];
            stretch = _parts.Normalizer?.Normalize(stretch, prefix || start > 0) ?? stretch;
            _normalized.Cut(stretch,
                (from, to) => Split(new(stretch.AsMemory(from..to), start == 0 && from == 0), prefix, tokens),
                added => tokens.Add(added.Id));
        }
    }

    private void Split(TextPiece stretch, bool prefix, List<int> tokens)
    {
        List<TextPiece> pieces = [stretch];
        foreach (TextSplitter splitter in _parts.Splitters)
        {
            var smaller = new List<TextPiece>(pieces.Count + stretch.Text.Length / 4);
            foreach (TextPiece piece in pieces) splitter.Split(piece, prefix, smaller);
            pieces = smaller;
        }
        foreach (TextPiece piece in pieces) _parts.Model.Encode(piece.Text.Span, tokens);
    }

    private string Text(ReadOnlySpan<int> tokens, bool special, bool prefix)
    {
        var texts = new List<string>(tokens.Length);
        for (int i = 0; i < tokens.Length; i++)
        {
            if ((uint)tokens[i] >= (uint)VocabularySize)
                throw new ArgumentException($"tokens[{i}] = {tokens[i]} must be in [0, {VocabularySize - 1}].", nameof(tokens));
            if (tokens[i] >= _texts.Length || _texts[tokens[i]] is not { } text) continue;
            if (special || !_special.Contains(tokens[i])) texts.Add(text);
        }
        return string.Concat(_parts.Decoder.Decode(texts, prefix));
    }

    private static void RequireText(string text)
    {
        for (int at = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); at >= 0 && at < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(at), out _, out int length) != OperationStatus.Done)
                throw new ArgumentException($"text[{at}] is half of a surrogate pair, which is not text.", nameof(text));
            at += length;
        }
    }

    private static string OtherKinds(string folder) =>
        File.Exists(Path.Combine(folder, "tokenizer.model")) ? ", but a tokenizer.model, which transformers converts by save_pretrained"
        : File.Exists(Path.Combine(folder, "vocab.txt")) ? ", but a vocab.txt, as WordPiece has it, which is not supported"
        : File.Exists(Path.Combine(folder, "merges.txt")) ? ", but a merges.txt, which transformers converts by save_pretrained" : "";
}
