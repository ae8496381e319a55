using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using RewardScaling.Numerics;

namespace RewardScaling.Serving;

/// <summary>
/// The file of a collection. While it grows, portions stand in it as they came, each written at once; finished it is in order,
/// and packed if that is wanted. Knows of each portion where it is and of each sample its scores.
/// </summary>
internal sealed class SampleFile : IDisposable
{
    private const string Name = "samples.jsonl";

    private readonly string _growing, _packed;
    private readonly int _perPrompt, _together, _portionsOfPrompt;
    private readonly (long Offset, int Length)[] _places;
    private readonly double[] _proxy, _gold;
    private FileStream? _stream;
    private long _end;

    /// <summary>Opens what is there: a portion that a dead process left unfinished at the end is cut off.</summary>
    /// <param name="folder">The folder, which is this process's alone.</param>
    /// <param name="prompts">How many prompts.</param>
    /// <param name="options">How many samples, and how they are written.</param>
    /// <exception cref="InvalidDataException">A line is not what was written; the message names it.</exception>
    public SampleFile(string folder, int prompts, SampleCollectorOptions options)
    {
        (_growing, _packed) = (System.IO.Path.Combine(folder, Name), System.IO.Path.Combine(folder, Name + ".gz"));
        (_perPrompt, _together) = (options.SamplesPerPrompt, options.SamplesTogether);
        _portionsOfPrompt = (_perPrompt + _together - 1) / _together;
        _places = new (long, int)[checked(prompts * _portionsOfPrompt)];
        (_proxy, _gold) = (new double[checked(prompts * _perPrompt)], new double[prompts * _perPrompt]);
        IsPacked = File.Exists(_packed);
        if (IsPacked)
        {
            using var packed = new GZipStream(File.OpenRead(_packed), CompressionMode.Decompress);
            Read(packed, _packed);
            if (Missing().Any()) throw Damaged(_packed, 0, "it ends early");
            // A process that died between packing and this has left it.
            File.Delete(_growing);
            return;
        }
        _stream = new(_growing, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        try
        {
            _end = Read(_stream, _growing);
            _stream.SetLength(_end);
            _stream.Position = _end;
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>Where the samples are.</summary>
    public string Path => IsPacked ? _packed : _growing;

    /// <summary>Whether it is finished and packed.</summary>
    public bool IsPacked { get; private set; }

    /// <summary>How many samples there are.</summary>
    public long Count { get; private set; }

    /// <summary>How many there will be.</summary>
    public long Total => _proxy.Length;

    /// <summary>The scores of a prompt's samples; whole only when nothing is missing.</summary>
    public (ReadOnlyMemory<double> Proxy, ReadOnlyMemory<double> Gold) Scores(int prompt) =>
        (_proxy.AsMemory(prompt * _perPrompt, _perPrompt), _gold.AsMemory(prompt * _perPrompt, _perPrompt));

    /// <summary>The portions that are not there, in order.</summary>
    public IEnumerable<Portion> Missing() =>
        Enumerable.Range(0, _places.Length).Where(i => _places[i].Length == 0).Select(PortionAt);

    /// <summary>Adds a portion, handed to the system in one piece before it returns. One call at a time.</summary>
    /// <param name="portion">Which.</param>
    /// <param name="lines">Its lines, each with its end.</param>
    /// <param name="proxy">Its scores.</param>
    /// <param name="gold">Its scores.</param>
    public void Add(Portion portion, ReadOnlySpan<byte> lines, ReadOnlySpan<double> proxy, ReadOnlySpan<double> gold)
    {
        _stream!.Write(lines);
        _stream.Flush();
        int first = portion.Prompt * _perPrompt + portion.First;
        proxy.CopyTo(_proxy.AsSpan(first));
        gold.CopyTo(_gold.AsSpan(first));
        Place(portion, lines.Length);
    }

    /// <summary>Puts the samples in order, and packs them if that is wanted.</summary>
    /// <param name="gzip">Whether they are packed.</param>
    public void Finish(bool gzip)
    {
        if (IsPacked) return;
        bool ordered = Enumerable.Range(1, _places.Length - 1).All(i => _places[i].Offset > _places[i - 1].Offset);
        if (ordered && !gzip)
        {
            _stream!.Flush(flushToDisk: true);
            return;
        }
        AtomicFile.Write(gzip ? _packed : _growing, whole =>
        {
            if (!gzip)
            {
                CopyTo(whole);
                return;
            }
            using var packed = new GZipStream(whole, CompressionLevel.Optimal, leaveOpen: true);
            CopyTo(packed);
        });
        _stream!.Dispose();
        _stream = null;
        IsPacked = gzip;
        if (gzip) File.Delete(_growing);
    }

    public void Dispose() => _stream?.Dispose();

    private void CopyTo(Stream whole)
    {
        var buffer = new byte[_places.Max(static place => place.Length)];
        foreach (var (offset, length) in _places)
        {
            _stream!.Position = offset;
            _stream.ReadExactly(buffer, 0, length);
            whole.Write(buffer, 0, length);
        }
    }

    private Portion PortionAt(int index)
    {
        int first = index % _portionsOfPrompt * _together;
        return new(index / _portionsOfPrompt, first, Math.Min(_together, _perPrompt - first));
    }

    private void Place(Portion portion, int length)
    {
        _places[portion.Prompt * _portionsOfPrompt + portion.First / _together] = (_end, length);
        _end += length;
        Count += portion.Count;
    }

    // Where the last whole portion ends.
    private long Read(Stream stream, string path)
    {
        int number = 0, length = 0, seen = 0;
        Portion portion = default;
        foreach (ReadOnlyMemory<byte> line in FileLines.Of(stream))
        {
            number++;
            var (prompt, sample, proxy, gold) = Scores(line.Span, path, number);
            if (prompt < 0 || sample < 0 || sample >= _perPrompt || prompt >= _proxy.Length / _perPrompt)
                throw Damaged(path, number, string.Create(CultureInfo.InvariantCulture, $"there is no sample {sample} of prompt {prompt}"));
            if (seen == 0)
            {
                int index = prompt * _portionsOfPrompt + sample / _together;
                portion = PortionAt(index);
                if (_places[index].Length > 0) throw Damaged(path, number, "this sample is there twice");
            }
            if (prompt != portion.Prompt || sample != portion.First + seen)
                throw Damaged(path, number, string.Create(CultureInfo.InvariantCulture, $"sample {portion.First + seen} of prompt {portion.Prompt} must be here"));
            (_proxy[prompt * _perPrompt + sample], _gold[prompt * _perPrompt + sample]) = (proxy, gold);
            length += line.Length + 1;
            if (++seen < portion.Count) continue;
            Place(portion, length);
            (length, seen) = (0, 0);
        }
        return _end;
    }

    private static (int Prompt, int Sample, double Proxy, double Gold) Scores(ReadOnlySpan<byte> line, string path, int number)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            int prompt = -1, sample = -1;
            double proxy = double.NaN, gold = double.NaN;
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                ReadOnlySpan<byte> name = json.ValueSpan;
                bool isPrompt = name.SequenceEqual("prompt_id"u8), isSample = name.SequenceEqual("sample"u8), isProxy = name.SequenceEqual("proxy"u8),
                    isGold = name.SequenceEqual("gold"u8);
                json.Read();
                if (isPrompt) prompt = json.GetInt32();
                else if (isSample) sample = json.GetInt32();
                else if (isProxy) proxy = json.GetDouble();
                else if (isGold) gold = json.GetDouble();
                else json.Skip();
            }
            return double.IsFinite(proxy) && double.IsFinite(gold) ? (prompt, sample, proxy, gold)
                : throw Damaged(path, number, "a score is missing");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            throw Damaged(path, number, "this is no sample");
        }
    }

    private static InvalidDataException Damaged(string path, int number, string what) =>
        new(string.Create(CultureInfo.InvariantCulture,
        $"{path}, line {number}: {what}; the file is damaged or of somebody else. Cut it off before that line, or begin another folder."));
}
