using System.Text.RegularExpressions;

namespace RewardScaling.Tests.Studies;

/// <summary>Finds the files of cells.</summary>
internal static class CellFiles
{
    /// <summary>The one file of a cell of a run folder: its name is a word, sixteen digits of a hash and an ending.</summary>
    public static string Find(string folder, string word, string ending) =>
        Assert.Single(Directory.GetFiles(Path.Combine(folder, "cells"), word + "*" + ending), path =>
            Regex.IsMatch(Path.GetFileName(path)[word.Length..], $"^-[0-9a-f]{{16}}{Regex.Escape(ending)}$"));
}
