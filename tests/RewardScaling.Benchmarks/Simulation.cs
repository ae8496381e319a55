namespace RewardScaling.Benchmarks;

/// <summary>The simulations behind the tables of docs/laws.md.</summary>
internal static class Simulation
{
    /// <summary>Runs one.</summary>
    /// <exception cref="ArgumentException">There is no such simulation.</exception>
    public static void Run(SimulateArguments arguments)
    {
        switch (arguments.What)
        {
            case "lack-of-fit": LackOfFitSimulation.Run(arguments); break;
            case "peak": PeakSimulation.Run(arguments); break;
            case "intervals" or "bootstrap": IntervalSimulation.Run(arguments); break;
            case "advice": AdviceSimulation.Run(arguments); break;
            default: throw new ArgumentException($"There is nothing to simulate called {arguments.What}.\n{SimulateArguments.Help}");
        }
    }
}
