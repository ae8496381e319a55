using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Policies;

/// <summary>A text as a corpus: its beginning to train on, its end held out. Prompts are windows of the beginning.</summary>
/// <example>
/// <code>
/// TextCorpus text = TextCorpus.FromFile("book.txt");              // bytes are tokens, unless a tokenizer is given
/// var study = new OveroptimizationStudy(StudyPlan.QuickText, new CpuEngine(), text);
/// </code>
/// </example>
public sealed class TextCorpus : Corpus
{
    /// <summary>The fewest tokens a corpus may have. What is below is a slip of the command line, not a corpus.</summary>
    public const int FewestTokens = 1000;

    /// <summary>The largest file that is read, in bytes (256 MiB): every token is kept in memory.</summary>
    public const long LargestFile = 256L << 20;

    private readonly int[] _tokens;
    private readonly int _training;

    private TextCorpus(int[] tokens, ITokenizer tokenizer, string name, double heldOutShare)
    {
        Tokenizer = tokenizer;
        _tokens = tokens;
        if (tokens.Length < FewestTokens)
        {
            throw new InvalidDataException(
                $"{name} has only {tokens.Length} tokens; a corpus needs at least {FewestTokens}."
                + " Give a longer text, at best 100,000 tokens and more.");
        }
        _training = tokens.Length - (int)Math.Ceiling(heldOutShare * tokens.Length);
        Description = $"{name} ({_training} tokens to train on, {tokens.Length - _training} held out)";
    }

    /// <inheritdoc/>
    public override string Description { get; }

    /// <inheritdoc/>
    public override string ContentHash => field ??= Hash();

    /// <inheritdoc/>
    public override ITokenizer Tokenizer { get; }

    /// <inheritdoc/>
    public override int LongestWindow => Math.Min(_training, _tokens.Length - _training);

    /// <summary>The number of tokens, held-out ones included.</summary>
    public int TokenCount => _tokens.Length;

    /// <summary>Reads a file. With byte tokens (the default) any text file of any encoding is a corpus.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tokenizer">What makes tokens of the text; null for the bytes themselves. Any other
    /// reads the file as UTF-8.</param>
    /// <param name="heldOutShare">The share at the end of the file that is held out, in (0, 0.5].</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is empty, too short, too large, binary, or not UTF-8 though the tokenizer asks for it; the message
    /// names the file and what to do.
    /// </exception>
    public static TextCorpus FromFile(string path, ITokenizer? tokenizer = null, double heldOutShare = 0.1)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RequireShare(heldOutShare);
        if (Directory.Exists(path)) throw new InvalidDataException($"{path} is a folder; a corpus is one text file.");
        var file = new FileInfo(path);
        if (!file.Exists) throw new FileNotFoundException($"The corpus {path} does not exist.", path);
        if (file.Length == 0) throw new InvalidDataException($"The corpus {path} is empty; give a text file.");
        if (file.Length > LargestFile)
        {
            throw new InvalidDataException(
                $"The corpus {path} has {file.Length} bytes; at most {LargestFile} are read. Give a part of it.");
        }
        byte[] bytes = File.ReadAllBytes(path);
        int zero = Array.IndexOf(bytes, (byte)0);
        if (zero >= 0)
        {
            throw new InvalidDataException(
                $"The corpus {path} is not text: byte {zero} is zero. "
                + "Give a plain text file (UTF-16 must be converted to UTF-8 first).");
        }
        return new(Tokens(bytes, tokenizer, path), tokenizer ?? new ByteTokenizer(), $"The corpus {path}", heldOutShare);
    }

    /// <summary>Takes a text that is already in memory.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What to call it in reports and faults.</param>
    /// <param name="tokenizer">What makes tokens of the text; null for its UTF-8 bytes.</param>
    /// <param name="heldOutShare">The share at the end of the text that is held out, in (0, 0.5].</param>
    /// <exception cref="InvalidDataException">The text is too short.</exception>
    public static TextCorpus FromText(string text, string name, ITokenizer? tokenizer = null, double heldOutShare = 0.1)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentException.ThrowIfNullOrEmpty(name);
        RequireShare(heldOutShare);
        ITokenizer chosen = tokenizer ?? new ByteTokenizer();
        return new(chosen.Encode(text), chosen, name, heldOutShare);
    }

    /// <inheritdoc/>
    public override int[] TrainingWindow(int length, RandomStream stream)
    {
        RequireWindow(length);
        int start = stream.Below(0, _training - length + 1);
        return _tokens[start..(start + length)];
    }

    /// <inheritdoc/>
    public override int HeldOutCount(int length)
    {
        RequireWindow(length);
        return (_tokens.Length - _training) / length;
    }

    /// <inheritdoc/>
    public override int[] HeldOutWindow(int length, int index)
    {
        Guard.InRange(index, 0, HeldOutCount(length) - 1);
        int start = _training + index * length;
        return _tokens[start..(start + length)];
    }

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(Tokenizer.VocabularySize));
        hash.AppendData(BitConverter.GetBytes(_training));
        hash.AppendData(MemoryMarshal.AsBytes(_tokens.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static int[] Tokens(byte[] bytes, ITokenizer? tokenizer, string path)
    {
        if (tokenizer is null or ByteTokenizer) return Array.ConvertAll(bytes, static b => (int)b);
        try
        {
            return tokenizer.Encode(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes));
        }
        catch (DecoderFallbackException fault)
        {
            throw new InvalidDataException(
                $"The corpus {path} is not UTF-8 at byte {fault.Index}; convert it to UTF-8, or use byte tokens.", fault);
        }
    }

    private static void RequireShare(double heldOutShare)
    {
        Guard.Positive(heldOutShare);
        Guard.InRange(heldOutShare, 0, 0.5);
    }
}
