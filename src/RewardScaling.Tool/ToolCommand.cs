using System.CommandLine;

namespace RewardScaling.Tool;

/// <summary>A command whose help ends with examples.</summary>
/// <param name="name">What is typed.</param>
/// <param name="description">What it does, in a line.</param>
/// <param name="examples">What may be typed after the program's name, and what it does, in turns.</param>
internal sealed class ToolCommand(string name, string description, params (string Line, string What)[] examples)
    : Command(name, description)
{
    public IReadOnlyList<(string Line, string What)> Examples { get; } = examples;
}
