using System.CommandLine;

namespace RewardScaling.Tool;

/// <summary>Rules for what an option may be, said where the option is made: commands are made many times and share
/// their options.</summary>
internal static class OptionRules
{
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
