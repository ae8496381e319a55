using RewardScaling.Interrupted;

// Run by tests that kill it or take its disk away: three small trainings after each other, each with checkpoints below the folder
// named. Says "begun" when the first step is made and, if it lives, "done" with a digest of every bit the trainings came to.
try
{
    using var trainings = new Trainings(args[0], static () => Console.WriteLine("begun"));
    Console.WriteLine("done " + await trainings.RunAsync());
    return 0;
}
catch (IOException fault)
{
    Console.WriteLine("fault " + fault.Message);
    return 1;
}
