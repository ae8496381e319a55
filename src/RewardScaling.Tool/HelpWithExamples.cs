using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace RewardScaling.Tool;

/// <summary>The usual help, then examples and exit codes.</summary>
internal sealed class HelpWithExamples(HelpAction inner) : SynchronousCommandLineAction
{
    public const string ExitCodes = """
        Exit codes:
          0    done
          1    a fault of the program: please report it
          2    bad input; the line on standard error says what and what to do
          130  stopped by Ctrl-C; what is finished is kept
        """;

    // Who asks for help has not yet written what else must be there.
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = inner.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is ToolCommand { Examples.Count: > 0 } command)
        {
            output.WriteLine("Examples:");
            foreach (var (line, what) in command.Examples)
            {
                output.WriteLine($"  {CommandLine.Name} {line}");
                output.WriteLine($"      {what}");
            }
            output.WriteLine();
        }
        output.WriteLine(ExitCodes);
        return code;
    }
}
