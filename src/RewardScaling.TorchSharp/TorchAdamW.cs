using RewardScaling.Models;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>AdamW with the gradient clipped to a global norm, number for number the CPU engine's.</summary>
internal sealed class TorchAdamW(IReadOnlyList<WeightSegment> segments)
{
    /// <summary>How many steps were made; the moments' bias correction depends on it.</summary>
    public long Steps { get; set; }

    /// <summary>One step; gradients are then zero.</summary>
    /// <returns>The norm of the gradient before clipping.</returns>
    /// <exception cref="NotFiniteNumberException">The gradient is not finite; nothing but the gradient, now zero, has
    /// changed.</exception>
    public double Step(AdamWOptions options, double learningRate)
    {
        EngineChecks.RequireStep(options, learningRate);
        using var scope = NewDisposeScope();
        using var still = no_grad();
        double norm = Norm();
        if (!double.IsFinite(norm))
        {
            DropGradients();
            throw new NotFiniteNumberException(
                $"The norm of the gradient is {norm}; the weights are as before, the gradient was dropped.", norm);
        }
        Steps++;
        double clip = norm > options.MaxGradientNorm ? options.MaxGradientNorm / norm : 1;
        foreach (var segment in segments) Move(segment, options, learningRate, clip);
        return norm;
    }

    /// <summary>Makes the gradients zero.</summary>
    public void DropGradients()
    {
        foreach (var segment in segments) segment.GatheredGradient?.zero_();
    }

    // The squares are summed in double on the device, and cross to the host once.
    private double Norm()
    {
        Tensor? sum = null;
        foreach (var segment in segments)
        {
            if (segment.GatheredGradient is not { } gradient) continue;
            var square = gradient.square().sum(ScalarType.Float64);
            sum = sum is null ? square : sum.add_(square);
        }
        return sum is null ? 0 : Math.Sqrt(sum.item<double>());
    }

    private void Move(WeightSegment segment, AdamWOptions options, double learningRate, double clip)
    {
        using var scope = NewDisposeScope();
        // As the CPU engine has them: 1 - beta of the float beta.
        float beta1 = (float)options.Beta1, beta2 = (float)options.Beta2;
        double rate = learningRate / (1 - Math.Pow(options.Beta1, Steps));
        double root = 1 / Math.Sqrt(1 - Math.Pow(options.Beta2, Steps));
        long from = segment.TrainedFrom, count = segment.Values.numel() - from;
        if (count == 0) return;
        Tensor Trained(Tensor all) => from == 0 ? all : all.narrow(0, from, count);
        Tensor gradient = Trained(segment.Gradient), first = Trained(segment.First), second = Trained(segment.Second);
        if (clip != 1) gradient.mul_(clip);
        first.mul_(beta1).add_(gradient, alpha: 1.0 - beta1);
        second.mul_(beta2).addcmul_(gradient, gradient, 1.0 - beta2);
        var divisor = second.sqrt().mul_(root).add_(options.Epsilon);
        // A parameter of a module may be narrower than float32: it is moved in float32 and rounded once.
        var values = Trained(segment.Values.detach());
        var wide = values.to(ScalarType.Float32);
        if (segment.Decays && options.WeightDecay != 0) wide.mul_(1 - learningRate * options.WeightDecay);
        wide.addcdiv_(first, divisor, -rate);
        if (values.dtype != ScalarType.Float32) values.copy_(wide);
        gradient.zero_();
    }
}
