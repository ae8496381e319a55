using System.Text;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Numerics;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_there_and_nothing_else()
    {
        string path = _folder.File("a.bin");
        AtomicFile.Write(path, stream => stream.Write([1, 2, 3]));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_longer_file_is_replaced_whole()
    {
        string path = _folder.File("a.txt");
        AtomicFile.WriteText(path, new string('x', 10_000));
        AtomicFile.WriteText(path, "short");
        Assert.Equal("short", File.ReadAllText(path));
    }

    [Fact]
    public void Text_is_utf8_without_a_byte_order_mark()
    {
        string path = _folder.File("a.txt");
        AtomicFile.WriteText(path, "√KL");
        Assert.Equal([0xE2, 0x88, 0x9A, (byte)'K', (byte)'L'], File.ReadAllBytes(path));
    }

    [Fact]
    public void When_writing_fails_the_old_file_stays_and_no_temporary_one_does()
    {
        string path = _folder.File("a.txt");
        AtomicFile.WriteText(path, "old");
        Assert.Throws<OperationCanceledException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(Encoding.UTF8.GetBytes("half of the n"));
            throw new OperationCanceledException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Nobody_sees_the_file_before_it_is_whole()
    {
        string path = _folder.File("a.txt");
        AtomicFile.Write(path, stream =>
        {
            stream.Write([1]);
            stream.Flush();
            Assert.False(File.Exists(path));
        });
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void The_temporary_file_is_in_the_same_folder_so_that_the_rename_is_atomic() =>
        AtomicFile.Write(_folder.File("a.txt"), _ =>
            Assert.StartsWith("a.txt.", Path.GetFileName(Assert.Single(Directory.GetFiles(_folder.Path))), StringComparison.Ordinal));

    [Fact]
    public void A_missing_folder_is_an_IOException_that_names_the_path()
    {
        string path = _folder.File("missing/a.txt");
        var fault = Assert.Throws<IOException>(() => AtomicFile.WriteText(path, "x"));
        Assert.StartsWith($"Cannot write {path}: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_the_way_is_an_IOException_that_names_the_path_and_leaves_nothing()
    {
        string path = _folder.File("taken");
        Directory.CreateDirectory(path);
        var fault = Assert.Throws<IOException>(() => AtomicFile.WriteText(path, "x"));
        Assert.StartsWith($"Cannot write {path}: ", fault.Message, StringComparison.Ordinal);
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }
}
