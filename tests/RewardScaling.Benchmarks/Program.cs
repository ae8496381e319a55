using RewardScaling.Benchmarks;
using RewardScaling.Serving;

const string Help = $"{CompareArguments.Help}\n\n{KernelArguments.Help}\n\n{KernelBenchmarks.Help}\n\n{MemoryArguments.Help}\n\n{PriceArguments.Help}\n\n{ReadArguments.Help}\n\n{ScalingArguments.Help}\n\n{FitArguments.Help}\n\n{SimulateArguments.Help}\n\n{LawsCheckArguments.Help}\n\n{ClaimsArguments.Help}\n\n{TokenizerArguments.Help}\n\n{FamilyArguments.Help}\n\n{ServeArguments.Help}";
if (args is [] or ["--help"] or ["-h"])
{
    Console.WriteLine(Help);
    return 0;
}
try
{
    switch (args[0])
    {
        case "compare": Comparison.Run(CompareArguments.Parse(args.AsSpan(1))); break;
        case "kernels": KernelRates.Run(KernelArguments.Parse(args.AsSpan(1))); break;
        case "memory": MemoryUse.Run(MemoryArguments.Parse(args.AsSpan(1))); break;
        // What break rows starts, to measure a process of its own.
        case "read" when args is [_, [not '-', ..] kind, var path]: RowCosts.Read(kind, path); break;
        case "read": ReadRates.Run(ReadArguments.Parse(args.AsSpan(1))); break;
        case "price": StudyPrices.Run(PriceArguments.Parse(args.AsSpan(1))); break;
        case "scaling": CostScaling.Run(ScalingArguments.Parse(args.AsSpan(1))); break;
        case "bench": KernelBenchmarks.Start(args[1..]); break;
        case "simulate": Simulation.Run(SimulateArguments.Parse(args.AsSpan(1))); break;
        case "laws-check": LawsCheck.Run(LawsCheckArguments.Parse(args.AsSpan(1))); break;
        case "claims": ClaimsTable.Run(ClaimsArguments.Parse(args.AsSpan(1))); break;
        case "tokenizers": TokenizerComparison.Run(TokenizerArguments.Parse(args.AsSpan(1))); break;
        case "families": FamilySpeeds.Run(FamilyArguments.Parse(args.AsSpan(1))); break;
        case "break": Break.Run(BreakArguments.Parse(args.AsSpan(1))); break;
        case "serve": ServeComparison.Run(ServeArguments.Parse(args.AsSpan(1))); break;
        case "fits": FitComparison.Run(FitArguments.Parse(args.AsSpan(1))); break;
        default: throw new ArgumentException($"There is no command {args[0]}.\n{Help}");
    }
    return 0;
}
catch (Exception fault) when (fault is ArgumentException or ServerException)
{
    Console.Error.WriteLine(fault.Message);
    return 2;
}
