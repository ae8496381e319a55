namespace RewardScaling.Models;

/// <summary>
/// What a safetensors header says of one tensor, checked: count = product of shape = (end - begin) / bytes of the type.
/// </summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">The type of its elements, as the format calls it: "F32".</param>
/// <param name="Shape">The length of each axis.</param>
/// <param name="Count">How many numbers.</param>
/// <param name="Begin">The first byte, counted from the end of the header.</param>
/// <param name="End">The byte after the last.</param>
internal sealed record SafetensorsEntry(string Name, string Type, int[] Shape, int Count, long Begin, long End);
