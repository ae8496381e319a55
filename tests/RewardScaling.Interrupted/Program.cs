using RewardScaling.Interrupted;

// Run by a test that kills it: three small trainings after each other, each with checkpoints below the folder named. Says "begun"
// when the first step is made and, if it lives, "done" with a digest of every bit the trainings came to.
using var trainings = new Trainings(args[0], static () => Console.WriteLine("begun"));
Console.WriteLine("done " + await trainings.RunAsync());
