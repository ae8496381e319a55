using RewardScaling.Benchmarks;

if (args is [] or ["--help"] or ["-h"])
{
    Console.WriteLine(CompareArguments.Help);
    return 0;
}
try
{
    if (args[0] != "compare") throw new ArgumentException($"There is no command {args[0]}.\n{CompareArguments.Help}");
    Comparison.Run(CompareArguments.Parse(args.AsSpan(1)));
    return 0;
}
catch (ArgumentException fault)
{
    Console.Error.WriteLine(fault.Message);
    return 2;
}
