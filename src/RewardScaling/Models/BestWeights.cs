namespace RewardScaling.Models;

/// <summary>The best state a training has had so far, in a temporary file that is gone with this.</summary>
internal sealed class BestWeights(Action<string> save, Action<string> restore) : IDisposable
{
    private const string Name = "best.safetensors";

    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    /// <summary>Whether there is one.</summary>
    private bool Exists => File.Exists(_path);

    /// <summary>The network as it is now becomes the best.</summary>
    public void Take() => save(_path);

    /// <summary>The network becomes the best again.</summary>
    public void Return()
    {
        if (Exists) restore(_path);
    }

    /// <summary>Puts it into a checkpoint.</summary>
    public void CopyTo(string folder)
    {
        if (Exists) File.Copy(_path, Path.Combine(folder, Name), overwrite: true);
    }

    /// <summary>Takes it from a checkpoint.</summary>
    public void CopyFrom(string folder)
    {
        string kept = Path.Combine(folder, Name);
        if (File.Exists(kept)) File.Copy(kept, _path, overwrite: true);
    }

    public void Dispose() => File.Delete(_path);
}
