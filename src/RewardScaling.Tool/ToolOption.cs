using System.CommandLine;

namespace RewardScaling.Tool;

/// <summary>Options as a table: the name, the word for the value in the help, what it says, what holds without it, and what it
/// may be. Rules are said where an option is made: commands are made many times and share their options.</summary>
internal static class ToolOption
{
    /// <summary>One that may be left out.</summary>
    public static Option<T> Of<T>(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };

    /// <summary>One with a value that holds where it is left out.</summary>
    public static Option<T> Of<T>(string name, string value, string description, T preset) =>
        new(name) { Description = description, HelpName = value, DefaultValueFactory = _ => preset };

    /// <summary>One that is there or not.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <summary>A whole number with a least value.</summary>
    public static Option<T> AtLeast<T>(this Option<T> option, int least)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int number) && number < least)
                result.AddError($"{option.Name} {number} must be at least {least}.");
        });
        return option;
    }

    /// <summary>One of a few words.</summary>
    public static Option<string> Among(this Option<string> option, params string[] words) => option.AcceptOnlyFromAmong(words);
}
