using System.Xml.Linq;
using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Reports;
using RewardScaling.Reports.Drawing;

namespace RewardScaling.Tests.Reports;

public sealed class CurveFigureTests
{
    [Theory]
    [InlineData(AxisScale.Linear, 1)]
    [InlineData(AxisScale.SquareRoot, 1)]
    [InlineData(AxisScale.Logarithmic, 1)]
    [InlineData(AxisScale.SquareRoot, 5)]
    public void Nothing_overlaps_on_any_axis_and_the_SVG_is_well_formed(AxisScale axis, int count)
    {
        PlottedCurve[] curves = [.. Enumerable.Range(0, count).Select(i => new PlottedCurve(Fitted.Curve($"proxy of {i} parameters"), Fitted.Gold($"{i}"), Fitted.Proxy($"{i}")))];
        Figure figure = CurveFigure.Of(curves, axis);
        Assert.Null(FigureTests.Collision(figure));
        Assert.Equal("svg", XElement.Parse(figure.ToSvg()).Name.LocalName);
    }

    [Fact]
    public void The_peak_is_ringed_where_the_fit_has_it_with_the_interval_of_its_KL()
    {
        LawFit fit = Fitted.Gold();
        Figure figure = CurveFigure.Of(Fitted.Curve(), fit);
        Panel gold = figure.Panels[1];
        RingMark ring = Assert.Single(gold.Marks.OfType<RingMark>());
        // 0.5 d - 0.125 d² peaks at d = 0.5 / 0.25 = 2 with 0.5² / 0.5 = 0.5; the noise moves it by less than a tenth.
        Assert.InRange(ring.X, 3.6, 4.4);
        Assert.InRange(ring.Y, 0.48, 0.52);
        ConfidenceInterval interval = fit.Intervals().PeakKl;
        Assert.Contains(gold.Marks.OfType<LineMark>(), line => line.Points is [var a, var b] && a.X == interval.Low && b.X == interval.High && a.Y == ring.Y);
        Assert.Empty(figure.Panels[0].Marks.OfType<RingMark>());
    }

    [Fact]
    public void The_line_is_the_law_and_the_band_two_standard_errors()
    {
        LawFit fit = Fitted.Gold();
        Panel gold = CurveFigure.Of(Fitted.Curve(), fit).Panels[1];
        LineMark line = gold.Marks.OfType<LineMark>().First(mark => mark.Points.Count > 2);
        BandMark band = Assert.Single(gold.Marks.OfType<BandMark>());
        for (int i = 0; i < line.Points.Count; i++)
        {
            var d = new KlNats(line.Points[i].X).Sqrt();
            Assert.Equal(fit.Evaluate(d), line.Points[i].Y, 12);
            Assert.Equal(4 * fit.StandardErrorAt(d), band.Edges[i].High - band.Edges[i].Low, 12);
        }
        // The start is known to be 0 there; with a free offset the line begins with the data.
        Assert.Equal(0, line.Points[0].X);
        LawFit free = OveroptimizationLaw.BestOfN.Fit(Fitted.Curve(atZero: false), new LawFitOptions().Free("offset"));
        LineMark late = CurveFigure.Of(Fitted.Curve(atZero: false), free).Panels[1].Marks.OfType<LineMark>().First(mark => mark.Points.Count > 2);
        Assert.Equal(0.09, late.Points[0].X, 12);
    }

    [Fact]
    public void A_logarithmic_axis_has_no_place_for_zero_and_says_so()
    {
        Figure figure = CurveFigure.Of([new(Fitted.Curve(), Fitted.Gold())], AxisScale.Logarithmic);
        Assert.Contains("1 points at KL = 0 have no place on a logarithmic axis", figure.Description, StringComparison.Ordinal);
        Assert.Equal(11, figure.Panels[1].Marks.OfType<PointMark>().Single().Points.Count);
        Assert.Equal(12, CurveFigure.Of(Fitted.Curve()).Panels[1].Marks.OfType<PointMark>().Single().Points.Count);
    }

    [Fact]
    public void A_band_wider_than_the_data_does_not_flatten_them()
    {
        // Three points and three coefficients of large correlation: the band is far wider than the data.
        RewardCurve curve = new(OptimizationMethod.ReinforcementLearning, "loose", [.. Enumerable.Range(0, 5).Select(static i => new RewardPoint
        {
            Kl = Estimate.Exact(9 + 0.01 * i),
            Gold = Estimate.WithoutError(0.5 + 0.1 * (i % 2)),
            Proxy = Estimate.WithoutError(i),
            Effort = i,
        })]);
        LawFit fit = OveroptimizationLaw.ReinforcementLearning.Fit(curve, new LawFitOptions().Free("offset"));
        Axis y = CurveFigure.Of(curve, fit).Panels[1].Y;
        Assert.InRange(y.High - y.Low, 0.1, 0.25);
    }

    [Fact]
    public void What_cannot_be_drawn_is_refused()
    {
        Assert.StartsWith("curves is empty", Assert.Throws<ArgumentException>(() => CurveFigure.Of([])).Message, StringComparison.Ordinal);
        RewardCurve still = new(OptimizationMethod.BestOfN, "still", [new() { Kl = Estimate.Exact(0), Gold = Estimate.Exact(0), Proxy = Estimate.Exact(0), Effort = 1 }]);
        Assert.Contains("no point above KL = 0", Assert.Throws<ArgumentException>(() => CurveFigure.Of(still)).Message, StringComparison.Ordinal);
        Assert.Contains("a fit of the other reward", Assert.Throws<ArgumentException>(() => CurveFigure.Of([new(Fitted.Curve(), Fitted.Proxy())])).Message, StringComparison.Ordinal);
        Assert.Contains("a fit of the other reward", Assert.Throws<ArgumentException>(() => CurveFigure.Of([new(Fitted.Curve(), Proxy: Fitted.Gold())])).Message, StringComparison.Ordinal);
        Assert.Contains("axis = 9", Assert.Throws<ArgumentOutOfRangeException>(() => CurveFigure.Of(Fitted.Curve(), axis: (AxisScale)9)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Coefficients_are_drawn_over_a_logarithmic_size_with_their_line()
    {
        // Gao et al. 2022, figure 3, as read off by a third party; see docs/laws.md.
        ScalingPoint[] points = [new(3e6, 0.490, 0.120), new(85e6, 0.599, 0.106), new(3e9, 0.662, 0.090), new(1.2e9, 0.653, 0.0965)];
        var scaling = CoefficientScaling.Of(OveroptimizationLaw.BestOfN, points);
        Figure figure = ScalingFigure.Of(scaling, points);
        Assert.Null(FigureTests.Collision(figure));
        Assert.Equal(["alpha", "beta"], figure.Panels.Select(static panel => panel.Y.Title));
        LineMark line = figure.Panels[0].Marks.OfType<LineMark>().Single();
        Assert.Equal(scaling.Coefficients(3e6)[0], line.Points[0].Y, 12);
        Assert.Equal(AxisScale.Logarithmic, figure.Panels[0].X.Scale);
        Assert.StartsWith("points is empty", Assert.Throws<ArgumentException>(() => ScalingFigure.Of(scaling, [])).Message, StringComparison.Ordinal);
    }
}
